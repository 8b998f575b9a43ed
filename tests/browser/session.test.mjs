// The whole first session of a newcomer, with nothing but a browser; and what every page must be.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { box, pageOf, person, signIn, visitor, write } from "./acts.mjs";
import { accessible, becomes, close, fourShots, newPage, noTroubles, shot, URL_ } from "./kit.mjs";

after(close);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const unique = (prefix) => `${prefix}_${Math.random().toString(36).slice(2, 9)}`;
// A PNG of 120 by 80 pixels, drawn in the page itself.
const picture = async (page) => {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 120, height: 80 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#2a7";
    pen.fillRect(0, 0, 120, 80);
    pen.fillStyle = `rgb(${[1, 2, 3].map(() => Math.floor(Math.random() * 255))})`;
    pen.fillRect(10, 10, 60, 40);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return { name: "field.png", mimeType: "image/png", buffer: Buffer.from(data, "base64") };
};

test("a newcomer needs no extension: demo wallet, one signature, and posts without a pop-up", async () => {
  const page = await newPage();
  await page.goto("/");
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  await fourShots(page, "welcome");
  await accessible(page, "welcome");
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.getByRole("link", { name: "Sign in or begin" }).click();
  await page.getByRole("button", { name: /^Demo wallet/ }).waitFor();
  await fourShots(page, "signin");
  await accessible(page, "sign in");
  await page.getByRole("button", { name: /^Demo wallet/ }).click();
  await page.getByText("A demo, built into this page").waitFor();
  await fourShots(page, "demo-wallet");
  await accessible(page, "the demo wallet");
  await button(page, "Connect").click();
  await button(page, "Sign in with Demo wallet").click();
  await page.getByText("Sign in to Troth.").waitFor();
  await button(page, "Sign").click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
  const handle = unique("ada");
  await page.getByLabel("Handle", { exact: true }).fill("Not a handle");
  await button(page, "Go on").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Handle", { exact: true }).fill(handle);
  await page.getByLabel("Name (optional)").fill("Ada Lovelace");
  await fourShots(page, "choose-name");
  await accessible(page, "choosing a name");
  await button(page, "Go on").click();
  await page.getByRole("heading", { name: "Allow this device" }).waitFor();
  await fourShots(page, "allow-device");
  await accessible(page, "allowing the device");
  await button(page, "Allow this device").click();
  await page.getByText("Sign a Delegation").or(page.getByText("sign a Delegation")).first().waitFor();
  await button(page, "Sign").click();
  await page.getByText("Your home is quiet so far").waitFor();
  await fourShots(page, "home-empty");
  await accessible(page, "an empty home");
  await page.setViewportSize({ width: 1280, height: 860 });

  await page.locator("input[type=file]").setInputFiles(await picture(page));
  await page.getByLabel("Describe it for people who don't see it").fill("A red field before a green one");
  await box(page).fill(
    `Notes on the engine, #${handle}. It weaves algebraical patterns: https://example.org/notes`,
  );
  await fourShots(page, "composer");
  await page.setViewportSize({ width: 1280, height: 860 });
  await accessible(page, "the composer");
  await button(page, "Post").click();
  const post = page.getByRole("article").first();
  await post.getByText("Notes on the engine").waitFor();
  await post.getByRole("img", { name: "A red field before a green one" }).waitFor();
  await page.locator("[data-state=final]").first().waitFor({ timeout: 60_000 });
  await post.getByRole("button", { name: /^Like,/ }).click();
  await post.getByRole("button", { name: /^Take the like back, 1/ }).waitFor();
  await post.getByRole("button", { name: /^Repost,/ }).click();
  await post.getByRole("button", { name: /^Take the repost back, 1/ }).waitFor();
  await post.getByRole("button", { name: /^Quote/ }).click();
  await page.getByRole("heading", { name: "Quote", exact: true }).waitFor();
  await box(page).fill("Quoting myself, as one does.");
  await fourShots(page, "write-quote");
  await accessible(page, "a quote");
  await page.setViewportSize({ width: 1280, height: 860 });
  await button(page, "Post").click();
  await page.getByRole("heading", { name: "Post by Ada Lovelace" }).waitFor();
  await box(page, "Write an answer").fill("And an answer to that.");
  await button(page, "Answer").click();
  await page.getByRole("article").filter({ hasText: "And an answer to that." }).waitFor();
  await fourShots(page, "thread");
  await accessible(page, "a thread");
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.getByRole("link", { name: "Home", exact: true }).first().click();
  await page.getByText("Quoting myself").first().waitFor();
  await fourShots(page, "home");
  await accessible(page, "home");
  noTroubles(page);
});

test("who has no wallet registers, is told what is wrong, signs out and in again", async () => {
  const page = await newPage();
  await page.goto("/signin?next=/about");
  await button(page, "I am new here").click();
  const handle = unique("bob");
  await page.getByLabel("Handle", { exact: true }).fill(handle);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await button(page, "Make my account").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("a few good words");
  await button(page, "Make my account").click();
  await page.getByRole("heading", { name: "How Troth works" }).waitFor();
  await fourShots(page, "about");
  await accessible(page, "about");
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto("/");
  await write(page, "Unsigned, and it says so.");
  await button(page, "Your account").first().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  await page.goto("/signin");
  await page.getByLabel("Handle", { exact: true }).fill(handle);
  await page.getByLabel("Password", { exact: true }).fill("not these words");
  await button(page, "Sign in").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("a few good words");
  await button(page, "Sign in").click();
  await page.getByText("Unsigned, and it says so.").waitFor();
  await page.goto("/signin/recover");
  await page.getByRole("heading", { name: "Recover your account" }).waitFor();
  await fourShots(page, "recover");
  await accessible(page, "recovering");
});

// In the page: what would happen 10 seconds or more from now, as the look without a stream does, never happens.
function deafToTheClock() {
  for (const name of ["setTimeout", "setInterval"]) {
    const real = window[name];
    window[name] = (run, wait = 0, ...rest) => (wait >= 10_000 ? 0 : real(run, wait, ...rest));
  }
}

test("what people one follows post waits behind a button, told by the live stream", async () => {
  const { page } = await visitor();
  const writer = await person("writer");
  await signIn(page);
  await page.addInitScript(deafToTheClock); // only the stream can tell
  const csrf = (await page.context().cookies()).find(({ name }) => name === "troth_csrf_access").value;
  const follow = await page.request.post(`${URL_}/api/v1/users/${writer.id}/follow`, {
    headers: { "X-CSRF-Token": csrf },
  });
  assert.equal(follow.status(), 201);
  await page.reload();
  await page.getByText("Your home is quiet so far").waitFor();
  await page.waitForTimeout(1_500); // the follow reaches the kept feed
  for (const text of ["One.", "Two.", "Three."]) await writer.post("/posts", { text });
  await page.getByRole("button", { name: /^3 new posts/ }).waitFor();
  await becomes(() => page.getByRole("article").count(), 0);
  await shot(page, "home-newer");
  await page.getByRole("button", { name: /^3 new posts/ }).click();
  await page.getByRole("article").filter({ hasText: "Three." }).waitFor();
  await becomes(() => page.getByRole("article").count(), 3);
});

test("a draft outlives a reload, and mentions and hashtags are completed", async () => {
  const { page } = await visitor();
  const other = await person("zoe");
  await signIn(page);
  await box(page).fill(`Hello @${other.handle.slice(0, 8)}`);
  await page.getByRole("option", { name: new RegExp(other.handle) }).waitFor();
  await accessible(page, "completions");
  await page.keyboard.press("Enter");
  await becomes(() => box(page).inputValue(), `Hello @${other.handle} `);
  await page.waitForTimeout(400);
  await page.reload();
  await box(page).waitFor();
  await becomes(() => box(page).inputValue(), `Hello @${other.handle} `);
  await box(page).press("Control+Enter");
  await page.getByRole("article").filter({ hasText: other.handle }).waitFor();
  await page.reload();
  await box(page).waitFor();
  await becomes(() => box(page).inputValue(), "");
});

// Tab until what has the focus is called so; everything one needs must be reached that way.
async function tabTo(page, name, most = 60) {
  const called = () =>
    page.evaluate(() => {
      const one = document.activeElement;
      const labelled = one?.id ? document.querySelector(`label[for="${one.id}"]`)?.textContent : "";
      return one?.getAttribute("aria-label") ?? (labelled || one?.textContent || "");
    });
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    if (name.test(await called())) return;
  }
  assert.fail(`${name} is not reached by Tab`);
}

test("by keyboard alone: sign in, post, like, answer, read the receipt, and the focus comes back", async () => {
  const writer = await person("keys");
  const page = await newPage();
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await page.goto("/");
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  await press("Tab");
  await becomes(() => page.evaluate(() => document.activeElement?.textContent), "Skip to the page");
  await press("Enter");
  await becomes(() => page.evaluate(() => document.activeElement?.id), "main");
  await tabTo(page, /^Sign in or begin/);
  await press("Enter");
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  await tabTo(page, /^Handle/);
  await page.keyboard.type(writer.handle);
  await press("Tab");
  await page.keyboard.type("long enough words");
  await press("Enter");
  await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
  await tabTo(page, /^Write a post/);
  await page.keyboard.type("By keyboard.");
  await press("Control+Enter");
  await page.getByRole("article").filter({ hasText: "By keyboard." }).waitFor();
  await page.locator("[data-state=final]").first().waitFor({ timeout: 60_000 });
  await tabTo(page, /^Like,/);
  await press("Enter");
  await page.getByRole("button", { name: /^Take the like back, 1/ }).waitFor();
  assert.match(await focused(), /^Take the like back/);
  await page.reload();
  await page.getByRole("article").first().waitFor();
  await tabTo(page, /^More$/);
  await press("Enter");
  await press("End");
  await becomes(() => page.evaluate(() => document.activeElement?.textContent), "Delete");
  await press("Escape");
  assert.equal(await focused(), "More");
  await press("Enter");
  await press("End");
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(), "More");
  await tabTo(page, /^Answer, 0 answers/);
  await press("Enter");
  await page.getByRole("heading", { name: "Post by" }).waitFor();
  await tabTo(page, /^Write an answer/);
  await page.keyboard.type("And answered so.");
  await tabTo(page, /^Answer$/);
  await press("Enter");
  await page.getByRole("article").filter({ hasText: "And answered so." }).waitFor();
  await becomes(focused, "Write an answer", "the button has nothing more to send, and gives the focus back");
  await page.reload();
  await page.getByRole("article").first().waitFor();
  await tabTo(page, /open the receipt/);
  await press("Enter");
  await page.locator('[data-code="0"]').waitFor();
  noTroubles(page);
});

test("back leads to where one was in the list, and a deep link to the page itself", async () => {
  const reader = await person("long");
  const posts = [];
  for (let number = 0; number < 18; number += 1)
    posts.push(await reader.post("/posts", { text: `Number ${number}.\n\n\n\nEnd.` }));
  const page = await newPage();
  await page.goto(`/posts/${posts[0].id}`);
  await page.getByText("Number 0.").waitFor();
  await becomes(() => page.title(), `Post by @${reader.handle} · Troth`);
  const missing = await page.goto("/posts/01930000-0000-7000-8000-000000000000");
  assert.equal(missing.status(), 200);
  await page.getByText("There is no such post here").waitFor();
  await page.goto("/signin");
  await page.getByLabel("Handle", { exact: true }).fill(reader.handle);
  await page.getByLabel("Password", { exact: true }).fill("long enough words");
  await button(page, "Sign in").click();
  await page.getByText("Number 17.").waitFor();
  await page.getByText("Number 5.").scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  assert.ok(before > 500);
  await page.getByText("Number 5.").click();
  await page.getByRole("heading", { name: "Post by" }).waitFor();
  await page.goBack();
  await page.getByText("Number 5.").waitFor();
  await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 80, before);
});

// What Chromium fetches of this server's own files for the start, in gzip: it would take brotli, which is smaller.
async function firstLoad(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const loaded = new Map();
  session.on("Network.responseReceived", ({ requestId, response }) =>
    loaded.set(requestId, { url: response.url, bytes: 0 }),
  );
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const one = loaded.get(requestId);
    if (one) one.bytes = encodedDataLength;
  });
  await page.setExtraHTTPHeaders({ "Accept-Encoding": "gzip" });
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(700);
  await session.detach();
  return [...loaded.values()];
}

test("the first load is at most 200 kB, gzipped, before any wallet code", async () => {
  for (const page of [await newPage(), await pageOf(await person("size"))]) {
    const loaded = await firstLoad(page);
    const files = loaded.filter(({ url }) => url.startsWith(`${URL_}/ui/`) || url === `${URL_}/`);
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(total > 50_000, JSON.stringify(files));
    assert.ok(total <= 200 * 1000, `${total} bytes: ${JSON.stringify(files)}`);
    for (const { url } of files) assert.doesNotMatch(url, /engine|announce|keys|siwe/i);
    const elsewhere = loaded.filter(({ url }) => !url.startsWith(URL_) && !url.startsWith("data:"));
    assert.deepEqual(elsewhere, []);
  }
});
