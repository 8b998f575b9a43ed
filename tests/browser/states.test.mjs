// Every row of the table of the web UI's states, in a real browser against a real stack.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { box, connect, signIn, visitor, write } from "./acts.mjs";
import { accessible, becomes, close, noTroubles, shot, URL_ } from "./kit.mjs";
import { announce } from "./wallet.mjs";

after(close);
const dialog = (page) => page.getByRole("dialog");
const button = (page, name) => page.getByRole("button", { name, exact: true });

test("every wallet is listed, and reading needs none", async () => {
  const { page, wallet } = await visitor();
  await announce(page, { ...wallet, name: "Beta" });
  await page.goto("/signin");
  for (const name of [/^Alpha/, /^Beta/, /^Demo wallet/]) await page.getByRole("button", { name }).waitFor();
  await page.goto("/");
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  assert.deepEqual(wallet.asked, []);
  noTroubles(page);
});

test("connected and signed in are two states", async () => {
  const { page, wallet } = await visitor();
  await page.goto("/signin");
  await becomes(() => button(page, "Sign in with your wallet").isDisabled(), true);
  await connect(page);
  await page.getByText(`${wallet.address.slice(0, 6)}…`).waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  await page.reload();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  assert.deepEqual(wallet.asked, ["eth_requestAccounts"]);
});

test("a refusal is a neutral line and another try, for connecting, signing in and allowing", async () => {
  const { page, wallet } = await visitor();
  wallet.refuse();
  await page.goto("/signin");
  await page.getByRole("button", { name: /^Alpha/ }).click();
  await page.getByText("You refused in the wallet. Choose again").waitFor();
  wallet.answer();
  await page.getByRole("button", { name: /^Alpha/ }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  wallet.refuse();
  await button(page, "Sign in with Alpha").click();
  await dialog(page).getByText("You refused in the wallet. Nothing was signed").waitFor();
  await shot(page, "state-refused");
  await accessible(page, "a refused request");
  wallet.answer();
  await button(page, "Try again").click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
  await button(page, "Later").click();
  wallet.refuse();
  await button(page, "Allow this device").click();
  await dialog(page).getByText("You refused in the wallet").waitFor();
  await button(page, "Not now").last().click();
  await page.getByText("You can allow it later").waitFor();
  noTroubles(page);
});

test("a request that is open already says: open your wallet", async () => {
  const { page, wallet } = await visitor();
  await connect(page);
  wallet.busy();
  await button(page, "Sign in with Alpha").click();
  await dialog(page).getByText("Open your wallet: a request waits there already").waitFor();
  wallet.answer();
  await button(page, "Try again").click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
});

test("a wallet that hangs can be left, and its late answer signs nothing", async () => {
  const { page, wallet } = await visitor();
  await connect(page);
  wallet.hang();
  await button(page, "Sign in with Alpha").click();
  await dialog(page).getByText("Open your wallet: Alpha asks you to confirm").waitFor();
  await button(page, "Stop waiting").click();
  await page.getByText("Nothing was signed. You can try again").waitFor();
  wallet.answer();
  await page.waitForTimeout(300);
  assert.deepEqual(
    (await page.context().cookies()).map(({ name }) => name),
    [],
  );
});

test("on another chain one signs in and posts, and is led to the chain for what the wallet signs", async () => {
  const { page, wallet } = await visitor({ onChain: 1, knowsChain: false });
  await connect(page);
  await button(page, "Sign in with Alpha").click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
  await button(page, "Later").click();
  await page.getByText("is on chain 1, and Troth is on its own chain").waitFor();
  await button(page, "Allow this device").click();
  await dialog(page).getByText("is on chain 1; this is signed for chain").waitFor();
  await shot(page, "state-other-chain");
  await dialog(page).getByRole("button", { name: "Switch or add the chain" }).click();
  await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
  assert.ok(wallet.known.size > 1);
  await wallet.switchChain(1);
  await page.getByText("is on chain 1, and Troth is on its own chain").waitFor();
  const before = wallet.asked.length;
  await write(page, "Posted while the wallet was on another chain.");
  assert.equal(wallet.asked.length, before);
  noTroubles(page);
});

test("a wallet at another account is shown as such, and signs nothing of the first one's", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  const [a, b] = wallet.accounts.map(({ address }) => address.toLowerCase());
  await wallet.switchAccount(1);
  await page.getByText(`Alpha is at ${b.slice(0, 6)}`).waitFor();
  await shot(page, "state-other-account");
  await accessible(page, "the line about another account");
  const before = wallet.asked.length;
  await box(page).fill("This is A's.");
  await button(page, "Post").click();
  await dialog(page)
    .getByText(`This is signed by ${a.slice(0, 6)}`)
    .waitFor();
  assert.equal(wallet.asked.length, before);
  await wallet.switchAccount(0);
  await page.getByRole("article").filter({ hasText: "This is A's." }).waitFor();
  assert.deepEqual(wallet.asked.slice(before), ["eth_signTypedData_v4"]);
  await wallet.switchAccount(1);
  await button(page, "Link it to")
    .or(page.getByRole("button", { name: /^Link it to/ }))
    .first()
    .click();
  await page.getByText("The wallet is linked.").waitFor();
  await page.getByText(`Alpha is at ${b.slice(0, 6)}`).waitFor({ state: "detached" });
  noTroubles(page);
});

test("one may keep the account, or sign in as the other one", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  await wallet.switchAccount(1);
  await page.getByRole("button", { name: /^Keep/ }).click();
  await page.getByRole("button", { name: /^Keep/ }).waitFor({ state: "detached" });
  await wallet.switchAccount(0);
  await wallet.switchAccount(1);
  const id = async () => (await (await page.request.get(`${URL_}/api/v1/me`)).json()).profile.id;
  const first = await id();
  await page.reload();
  await page.getByRole("button", { name: /^Sign in as 0x/ }).click();
  await page.getByText("You are signed in with the wallet's account.").waitFor();
  assert.notEqual(await id(), first);
});

test("a session that ends while one writes keeps the text", async () => {
  const { page } = await visitor();
  await signIn(page);
  await box(page).fill("Half a thought, kept.");
  const csrf = (await page.context().cookies()).find(({ name }) => name === "troth_csrf_access").value;
  await page.request.post(`${URL_}/api/v1/auth/logout`, { headers: { "X-CSRF-Token": csrf } });
  await button(page, "Post").click();
  await page.getByText("Your session has ended; the text is kept.").waitFor();
  await becomes(() => box(page).inputValue(), "Half a thought, kept.");
  await shot(page, "state-session-ended");
  await page.getByRole("link", { name: "Sign in again" }).click();
  await button(page, "Sign in with Alpha").click();
  await button(page, "Later").click();
  await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
  await becomes(() => box(page).inputValue(), "Half a thought, kept.");
  await button(page, "Post").click();
  await page.getByRole("article").filter({ hasText: "Half a thought, kept." }).waitFor();
});

test("while proofs are late a line says so, and everything social works", async () => {
  const { page } = await visitor();
  // What the server says after a minute without its chain (tests/webapp/status); a minute is long for a test.
  const parts = { chain: { state: "down", reason: "No node answers." } };
  await page.route("**/health", (route) => route.fulfill({ json: { state: "degraded", parts } }));
  await signIn(page);
  await page.getByText("Proofs are delayed; everything else works").waitFor();
  await write(page, "Said while the chain was away.");
  await shot(page, "state-chain-down");
  await accessible(page, "the line about late proofs");
});

test("a contract wallet is told soon that its chain is away; an ordinary one does not wait", async (context) => {
  const pid = Number(process.env.TROTH_UI_CHAIN_PID);
  if (!pid) return context.skip("needs TROTH_UI_CHAIN_PID");
  const { page, wallet } = await visitor();
  await connect(page);
  wallet.contract = true;
  process.kill(pid, "SIGSTOP");
  try {
    await button(page, "Sign in with Alpha").click();
    await page.getByText("Still checking: a contract wallet's signature").waitFor();
    await page.getByRole("alert").waitFor({ timeout: 60_000 }); // the chain stands still until the end: the wait is bounded
    await shot(page, "state-contract-wallet");
    wallet.contract = false;
    await button(page, "Sign in with Alpha").click();
    await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
    assert.equal(await page.getByText("Still checking").count(), 0);
    await button(page, "Later").click();
    await button(page, "Allow this device").click();
    await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
    await write(page, "Said while the chain stood still.");
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await page.locator("[data-state=final]").first().waitFor({ timeout: 60_000 });
});

const STEPS = ["saved", "sealed", "sent", "mined", "final"];

// In the page: keeps each sign that the newest post shows of its proof.
function watchSigns() {
  window.__signs = [];
  const look = () => {
    const state = document.querySelector("[data-state]")?.dataset.state;
    if (state && window.__signs.at(-1) !== state) window.__signs.push(state);
  };
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] };
  new MutationObserver(look).observe(document.body, options);
}

test("a post goes from clock to check, and its edit and its deletion show", async () => {
  const { page, wallet } = await visitor();
  await signIn(page);
  await page.evaluate(watchSigns);
  await write(page, "First wording.");
  const before = wallet.asked.length;
  await page.locator("[data-state=final]").first().waitFor({ timeout: 60_000 });
  const seen = (await page.evaluate(() => window.__signs)).map((state) => STEPS.indexOf(state));
  assert.equal(STEPS[seen[0]], "saved", "shown at once, with a clock");
  assert.deepEqual(seen, [...new Set(seen)].sort(), "clock, batch, block, check: never back");
  await page.getByRole("link", { name: "Provable: open the receipt" }).first().click();
  await page.locator('[data-code="0"]').waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "More" }).first().click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await box(page, "Edit your post").fill("Second wording.");
  await button(page, "Save").click();
  await page.getByRole("link", { name: "edited" }).click();
  await page.locator("ins", { hasText: "Second" }).waitFor({ timeout: 30_000 });
  await page.locator("del", { hasText: "First" }).waitFor();
  await shot(page, "state-edited");
  await accessible(page, "the versions");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "More" }).first().click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await dialog(page).getByText("What remains:").waitFor();
  await shot(page, "state-delete");
  await button(page, "Delete for good").click();
  await page.getByText("Erased; the commitment remains.").first().waitFor();
  assert.equal(wallet.asked.length, before, "an allowed device asks the wallet nothing");
  noTroubles(page);
});

test("an action that fails is rolled back where one sees it", async () => {
  const { page } = await visitor();
  await signIn(page);
  await write(page, "Like me.");
  await page.route("**/like", (route) => route.abort());
  await page
    .getByRole("button", { name: /^Like,/ })
    .first()
    .click();
  await page
    .getByRole("button", { name: /^Take the like back/ })
    .first()
    .waitFor();
  await page.getByText("Not liked: Troth does not answer.").waitFor();
  await page
    .getByRole("button", { name: /^Like, 0 likes/ })
    .first()
    .waitFor();
});
