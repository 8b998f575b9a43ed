// Ways to every page on every screen, and what is said where something takes long, is over or is not there.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { box, connect, cutOff, looked, pageOf, person, signIn, visitor } from "./acts.mjs";
import { accessible, becomes, close, fourShots, newPage, noTroubles, PHONE, shot, URL_ } from "./kit.mjs";

after(close);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const item = (page, name) => page.getByRole("menuitem", { name, exact: true });
const later = (milliseconds) => async (route) => {
  await new Promise((done) => setTimeout(done, milliseconds));
  await route.continue();
};

test("verifying, the log and how it works are a press away on a phone, a tablet and a desktop", async () => {
  const phone = await newPage({ viewport: PHONE });
  await phone.goto("/");
  await button(phone, "More pages").click();
  await accessible(phone, "the menu of a visitor's phone");
  await shot(phone, "menu-visitor-phone-light");
  await item(phone, "Verify a proof").click();
  await heading(phone, "Verify a proof").waitFor();
  const own = await pageOf(await person("ways"), { viewport: PHONE });
  await own.goto("/");
  await button(own, "Your account").click();
  await shot(own, "menu-account-phone-light");
  await item(own, "Watch the log").click();
  await heading(own, "The log").waitFor();
  const tablet = await newPage({ viewport: { width: 900, height: 700 } });
  await tablet.goto("/");
  await tablet
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "How Troth works" })
    .click();
  await heading(tablet, "How Troth works").waitFor();
  await accessible(tablet, "a tablet");
  await shot(tablet, "about-tablet-light");
  await becomes(() => tablet.getByRole("link", { name: "the API" }).isVisible(), true);
  const theirs = await pageOf(await person("tablet"), { viewport: { width: 900, height: 800 } });
  await theirs.goto("/");
  await button(theirs, "Your account").filter({ visible: true }).click();
  const menu = await theirs.getByRole("menu").boundingBox();
  assert.ok(menu.x >= 0 && menu.y >= 0 && menu.y + menu.height <= 800, JSON.stringify(menu));
  await shot(theirs, "menu-account-tablet-light");
  await item(theirs, "Sign out").click();
  await heading(theirs, "Say it, and stand by it.").waitFor();
  await theirs.setViewportSize({ width: 844, height: 390 });
  await theirs.getByRole("link", { name: "How Troth works" }).filter({ visible: true }).click();
  await heading(theirs, "How Troth works").waitFor();
  await shot(theirs, "about-phone-on-its-side-light");
  const desktop = await newPage();
  await desktop.goto("/");
  const links = desktop.getByRole("link", { name: "Watch the log" }).filter({ visible: true });
  await links.first().waitFor();
  await becomes(() => links.count(), 1, "where it is beside the page it is not among the places too");
  for (const page of [phone, own, tablet, desktop]) noTroubles(page);
});

test("a mistyped address says that nothing is there, and leads on to the start and to the search", async () => {
  const page = await newPage();
  for (const path of ["/setings", "/setings/devices", "/nothing/at/all"]) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), 404, path);
    await heading(page, "There is nothing at this address").waitFor();
  }
  await looked(page, "nothing-here");
  const main = page.getByRole("main");
  await main.getByRole("link", { name: "Search" }).click();
  await page.waitForURL("/search");
  await page.goBack();
  await main.getByRole("link", { name: "Go to the start" }).click();
  await heading(page, "Say it, and stand by it.").waitFor();
  noTroubles(page);
});

test("somebody without a name is called by their handle once, and without both by their address", async () => {
  const ada = await person("nameless");
  const page = await newPage();
  await page.goto(`/@${ada.handle}`);
  await heading(page, `@${ada.handle}`).waitFor();
  const about = page.getByRole("region", { name: "About" });
  await becomes(() => about.getByText(`@${ada.handle}`).count(), 1);
  const { page: own, wallet } = await visitor();
  await signIn(own, { device: false });
  await own.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Profile" }).click();
  await heading(own, `${wallet.address.slice(0, 6)}…${wallet.address.slice(-4)}`).waitFor();
  await looked(own, "profile-nameless");
});

test("a session that was ended elsewhere is told of, and reading goes on as a visitor", async () => {
  const [ada, bob] = [await person("ada"), await person("bob")];
  await bob.post("/posts", { text: "For everybody to read." });
  const page = await pageOf(ada);
  const elsewhere = await pageOf(ada);
  const csrf = (await elsewhere.context().cookies()).find(({ name }) => name === "troth_csrf_access").value;
  const ended = await elsewhere.request.delete(`${URL_}/api/v1/me/sessions`, {
    headers: { "X-CSRF-Token": csrf },
  });
  assert.ok(ended.ok());
  await page.goto(`/@${bob.handle}`);
  await page.getByText("Your session has ended.").waitFor();
  await page.getByText("For everybody to read.").waitFor();
  await page.getByText("For everybody to read.").click();
  await heading(page, `Post by @${bob.handle}`).waitFor();
  await page.getByText("to answer.").waitFor();
  noTroubles(page);
});

test("what a contract wallet's chain is asked for is told, when allowing a device and when posting", async () => {
  const { page } = await visitor();
  await connect(page);
  await button(page, "Sign in with Alpha").click();
  await heading(page, "What shall people call you?").waitFor();
  await button(page, "Later").click();
  await page.route("**/api/v1/devices", later(2_500));
  await button(page, "Allow this device").click();
  await page.getByText("Still checking: a contract wallet's signature").waitFor();
  await heading(page, "Home").waitFor();
  await page.route("**/api/v1/posts", later(2_500));
  await box(page).fill("Slowly said.");
  await button(page, "Post").click();
  await page.getByText("Still being sent. A contract wallet's signature takes longer").waitFor();
  await becomes(() => box(page).getAttribute("readonly"), "", "what one typed now would be lost");
  await page.getByRole("article").filter({ hasText: "Slowly said." }).waitFor();
  await becomes(() => box(page).getAttribute("readonly"), null);
  noTroubles(page);
});

test("a switch of the chain that the wallet refuses, or has open already, is said in plain words", async () => {
  const { page, wallet } = await visitor({ onChain: 1 });
  await connect(page);
  await button(page, "Sign in with Alpha").click();
  await heading(page, "What shall people call you?").waitFor();
  await button(page, "Later").click();
  wallet.refuse();
  await button(page, "Switch or add the chain").click();
  await page.getByText("You refused in the wallet. Try again whenever you like.").waitFor();
  wallet.busy();
  await button(page, "Switch or add the chain").click();
  await page.getByText("Open your wallet: a request waits there already.").waitFor();
  await fourShots(page, "state-switch-open");
  wallet.answer();
  await button(page, "Switch or add the chain").click();
  await button(page, "Switch or add the chain").waitFor({ state: "detached" });
  noTroubles(page);
});

test("linking the wallet's other account long after signing in leads to where that is possible", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  const body = { type: "about:blank", title: "Too long ago", status: 403, code: "sign_in_again" };
  const answer = { status: 403, contentType: "application/problem+json", body: JSON.stringify(body) };
  await page.route("**/api/v1/wallets", (route) =>
    route.request().method() === "POST" ? route.fulfill(answer) : route.continue(),
  );
  await wallet.switchAccount(1);
  await page.getByRole("button", { name: /^Link it to/ }).click();
  await heading(page, "Sign in again first").waitFor();
  await looked(page, "state-link-again");
  await page.getByRole("link", { name: "Go on in the settings" }).click();
  await heading(page, "Wallets").waitFor();
  await dialog(page).waitFor({ state: "detached" });
  noTroubles(page);
});

test("muting from a post's menu says where it failed; a quote of nothing is no post", async () => {
  const [ada, bob] = [await person("ada"), await person("bob")];
  const post = await ada.post("/posts", { text: "To be muted." });
  const page = await pageOf(bob);
  await page.goto(`/posts/${post.id}`);
  const more = button(page.getByRole("article").first(), "More");
  const back = await cutOff(page, "**/users/*/mute");
  await more.click();
  await item(page, "Mute").click();
  await page.getByText("Not muted: Troth does not answer").waitFor();
  await back();
  await more.click();
  await item(page, "Mute").click();
  await page.getByText(`You mute @${ada.handle}. Nobody is told.`).waitFor();
  await more.click();
  await item(page, "Unmute").click();
  await page.getByText(`You no longer mute @${ada.handle}.`).waitFor();
  await page.goto("/posts/new?quote=01930000-0000-7000-8000-000000000000");
  await heading(page, "There is nothing to quote").waitFor();
  await becomes(() => box(page).count(), 0);
  await looked(page, "write-quote-nothing");
  noTroubles(page);
});

test("while something loads its shape shows, and each time has the exact one on hover", async () => {
  const ada = await person("ada");
  await ada.post("/posts", { text: "Said at some time." });
  const page = await newPage();
  await page.route("**/api/v1/users/by-handle/*", later(1_500));
  await page.goto(`/@${ada.handle}`);
  await page.getByRole("status", { name: "Loading" }).waitFor();
  await fourShots(page, "profile-loading");
  const time = page.getByRole("article").filter({ hasText: "Said at some time." }).locator("time");
  await time.waitFor();
  assert.match(await time.getAttribute("title"), /\b20\d\d\b.*:\d\d/);
  assert.ok(Date.parse(await time.getAttribute("datetime")) > 0);
  noTroubles(page);
});

test("who lets no page keep anything reads all the same", async () => {
  const ada = await person("ada");
  const post = await ada.post("/posts", { text: "Read by a careful reader." });
  const page = await newPage();
  await page.addInitScript(() => {
    const denied = {
      get() {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    };
    for (const name of ["localStorage", "sessionStorage", "indexedDB"])
      Object.defineProperty(window, name, denied);
  });
  await page.goto("/");
  await heading(page, "Say it, and stand by it.").waitFor();
  for (const [path, words] of [
    [`/@${ada.handle}`, "Read by a careful reader."],
    [`/posts/${post.id}`, "Read by a careful reader."],
    ["/search?q=careful", "People"],
    ["/log", "What people publish is collected in batches"],
    ["/verify", "Drop a proof here"],
  ]) {
    await page.goto(path);
    await page.getByText(words).first().waitFor();
  }
  await page.goto(`/posts/${post.id}/receipt`);
  await page.locator("[data-code]").waitFor({ timeout: 60_000 });
  await becomes(() => page.getByText("This page stumbled").count(), 0);
});

test("names and words without an end fit a phone, wherever they stand", async () => {
  const word = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauu";
  const [long, ada] = [await person(`l${"o".repeat(20)}`), await person("ada")];
  await long.patch("/me", { name: word, bio: word.repeat(2) });
  const post = await long.post("/posts", {
    text: `${word.repeat(4)} https://${word.slice(0, 40)}.example/${word}`,
  });
  await ada.post(`/posts/${post.id}/comment`, { text: `#${word.slice(0, 30)} ${word}` });
  await long.post("/messages", { to: ada.id, text: word.repeat(3) });
  const page = await pageOf(ada, { viewport: PHONE });
  for (const [path, words] of [
    [`/@${long.handle}`, word],
    [`/@${long.handle}/followers`, "Nobody follows"],
    [`/posts/${post.id}`, word],
    [`/search?q=${word}`, word],
    ["/messages", word],
    ["/notifications", word],
  ]) {
    await page.goto(path);
    await page.getByText(words).filter({ visible: true }).first().waitFor();
    await shot(page, `long-${path.split(/[/?]/)[1].replace(/^@.*/, "profile")}-phone-light`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
  }
  noTroubles(page);
});

test("who wants less motion gets none", async () => {
  const moves = async (reducedMotion) => {
    const page = await newPage({ reducedMotion });
    await page.goto("/signin");
    await page.getByRole("button", { name: /^Demo wallet/ }).click();
    return dialog(page).evaluate((one) => Number.parseFloat(getComputedStyle(one).animationDuration));
  };
  assert.ok((await moves("no-preference")) > 0.05);
  assert.ok((await moves("reduce")) <= 0.001);
});

test("where a browser lets no page copy, the link is shown", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.goto(`/@${ada.handle}`);
  await page.getByRole("button", { name: /^More about/ }).click();
  await item(page, "Copy the link").click();
  await page.getByText(`The link: ${URL_}/@${ada.handle}`).waitFor();
  noTroubles(page);
});

test("a dialog leaves a phone's classic scrollbar free", async () => {
  const browser = await chromium.launch({
    executablePath: process.env.TROTH_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    ignoreDefaultArgs: ["--hide-scrollbars"],
  });
  try {
    const page = await browser.newPage({ viewport: PHONE, baseURL: URL_ });
    await page.goto("/signin");
    await page.getByRole("button", { name: /^Demo wallet/ }).click();
    const wide = await dialog(page).evaluate((one) => [
      one.getBoundingClientRect().right - document.documentElement.clientWidth,
      innerWidth - document.documentElement.clientWidth,
    ]);
    assert.ok(wide[1] > 0, "there is a scrollbar");
    assert.ok(wide[0] <= 0, `${wide[0]} px of the dialog are under it`);
  } finally {
    await browser.close();
  }
});
