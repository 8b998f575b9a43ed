// Settings of wallets, devices, sessions, passwords, and of all that is kept, in a real browser against a real stack.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { cutOff, looked, pageOf, person, signIn, visitor, write } from "./acts.mjs";
import { accessible, becomes, close, newPage, noTroubles } from "./kit.mjs";

after(close);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const unique = (prefix) => `${prefix}_${Math.random().toString(36).slice(2, 9)}`;
const PASSWORD = "long enough words";

// The next request there is answered as more than ten minutes after the sign-in.
async function tooLongAgo(page, path) {
  const body = {
    type: "about:blank",
    title: "The sign-in is too long ago",
    status: 403,
    code: "sign_in_again",
  };
  const answer = { status: 403, contentType: "application/problem+json", body: JSON.stringify(body) };
  await page.route(path, (route) => route.fulfill(answer), { times: 1 });
}

test("wallets: one is linked and another, each by its own signature, and unlinked", async () => {
  const bob = await person("bob");
  const { page, wallet } = await visitor();
  const data = { handle: bob.handle, password: PASSWORD, session: "cookie" };
  assert.ok((await page.request.post("/api/v1/auth/password", { data })).ok());
  await page.goto("/settings/wallets");
  await heading(page, "No wallet is linked").waitFor();
  await looked(page, "settings-wallets-none");
  await button(page, "Link a wallet").click();
  await dialog(page)
    .getByRole("button", { name: /^Alpha/ })
    .click();
  const short = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;
  await dialog(page)
    .getByRole("button", { name: `Link ${short(wallet.address)}` })
    .waitFor();
  await looked(page, "settings-wallets-link");
  wallet.refuse();
  await dialog(page)
    .getByRole("button", { name: `Link ${short(wallet.address)}` })
    .click();
  await page.getByText("You refused in the wallet.").waitFor();
  wallet.answer();
  await button(page, "Try again").click();
  await page.getByText("The wallet is linked.").waitFor();
  await page.getByText("Connected here").waitFor();
  assert.equal(wallet.asked.filter((one) => one === "personal_sign").length, 2);

  await button(page, "Link a wallet").click();
  await page.getByText("which is linked already").waitFor();
  await accessible(page, "a wallet that is linked already");
  await wallet.switchAccount(1);
  await dialog(page)
    .getByRole("button", { name: `Link ${short(wallet.address)}` })
    .click();
  await button(page, `Unlink ${short(wallet.address)}`).waitFor();
  await looked(page, "settings-wallets");
  assert.equal((await bob.get("/wallets")).items.length, 2);

  const other = wallet.accounts[0].address.toLowerCase();
  const back = await cutOff(page, "**/api/v1/wallets/0x*");
  await button(page, `Unlink ${short(other)}`).click();
  await dialog(page).getByRole("button", { name: "Unlink", exact: true }).click();
  await page.getByText("Still linked: Troth does not answer").waitFor();
  await back();
  // As after ten minutes: the password is asked for.
  await tooLongAgo(page, "**/api/v1/wallets/0x*");
  await dialog(page).getByRole("button", { name: "Unlink", exact: true }).click();
  await dialog(page).getByText("You signed in more than ten minutes ago.").waitFor();
  await looked(page, "settings-wallets-unlink-again");
  await page.getByLabel("Your password").fill("not this one");
  await dialog(page).getByRole("button", { name: "Unlink", exact: true }).click();
  await page.getByText("That is not your password.").waitFor();
  await page.getByLabel("Your password").fill(PASSWORD);
  await dialog(page).getByRole("button", { name: "Unlink", exact: true }).click();
  await page.getByText(`${short(other)} is unlinked.`).waitFor();
  await dialog(page).waitFor({ state: "detached" });
  await button(page, `Unlink ${short(other)}`).waitFor({ state: "detached" });
  assert.deepEqual(
    (await bob.get("/wallets")).items.map(({ address }) => address),
    [wallet.address],
  );
  noTroubles(page);
});

test("who has a wallet alone keeps it, and sets a password for a second way in", async () => {
  const { page, wallet } = await visitor();
  const handle = unique("cleo");
  await signIn(page, { handle, device: false });
  await page.goto("/settings/wallets");
  await page.getByText("It is your only way in").waitFor();
  await page.getByRole("link", { name: "set a password" }).click();
  await heading(page, "Set a password").waitFor();
  await page.getByLabel("New password", { exact: true }).fill("short");
  await button(page, "Set the password").click();
  await page.getByRole("alert").waitFor();
  await looked(page, "settings-security-wallet");
  // As after ten minutes: the server asks for a fresh sign-in, which the wallet gives.
  await tooLongAgo(page, "**/api/v1/me/password");
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await button(page, "Set the password").click();
  await page.getByText("You signed in more than ten minutes ago").waitFor();
  await accessible(page, "signing in again");
  await button(page, "Sign in again").click();
  await page.getByText("Your password is set.").waitFor();
  assert.equal(wallet.asked.filter((one) => one === "personal_sign").length, 2);
  const answer = await page.request.get("/api/v1/me/sessions");
  assert.equal((await answer.json()).items.length, 1, "the session before ended");
  await page.goto("/settings/wallets");
  await page.getByRole("button", { name: /^Unlink/ }).waitFor();
  noTroubles(page);
});

test("who has wallets alone unlinks one long after signing in, once a wallet signs in again", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  const [first] = wallet.accounts.map(({ address }) => address.toLowerCase());
  const short = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;
  await wallet.switchAccount(1);
  await page.getByRole("button", { name: /^Link it to/ }).click();
  await page.getByText("The wallet is linked.").waitFor();
  const session = async () =>
    (await (await page.request.get("/api/v1/me/sessions")).json()).items.map(({ id }) => id);
  const before = await session();
  await page.goto("/settings/wallets");
  await tooLongAgo(page, "**/api/v1/wallets/0x*");
  await button(page, `Unlink ${short(first)}`).click();
  await dialog(page).getByRole("button", { name: "Unlink", exact: true }).click();
  await dialog(page).getByText("You signed in more than ten minutes ago").waitFor();
  await accessible(page, "signing in again to unlink");
  await button(page, "Sign in again").click();
  await page.getByText(`${short(first)} is unlinked.`).waitFor();
  await page.getByText("It is your only way in").waitFor();
  const after = await session();
  assert.equal(after.length, 1);
  assert.notDeepEqual(after, before, "a new session asked");
  noTroubles(page);
});

test("devices: this browser is allowed, marked, used and revoked by one signature each", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  await page.goto("/settings/devices");
  await button(page, "Allow this browser").waitFor();
  await page.getByText("No device may sign for you now").waitFor();
  await looked(page, "settings-devices-none");
  wallet.refuse();
  await button(page, "Allow this browser").click();
  await page.getByText("You refused in the wallet.").waitFor();
  await button(page, "Not now").click();
  wallet.answer();
  await button(page, "Allow this browser").click();
  await page.getByText("This browser signs for you from now on.").waitFor();
  await page.getByText("This browser", { exact: true }).waitFor();
  await page.getByText("It has signed nothing yet.").waitFor();
  const before = wallet.asked.length;
  await page.goto("/");
  await write(page, "By this device.");
  assert.equal(wallet.asked.length, before);
  await page.goto("/settings/devices");
  await page.getByText("Last signed").waitFor();
  await looked(page, "settings-devices");
  await page.getByRole("button", { name: /^Revoke/ }).click();
  await page.getByText("may no longer sign for you.").waitFor();
  await heading(page, "No longer allowed").waitFor();
  await button(page, "Allow this browser").waitFor();
  await looked(page, "settings-devices-revoked");
  noTroubles(page);
});

test("sessions: this one is marked, one is ended, all others are ended; a failure puts them back", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  const phone = await pageOf(ada, {
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
  });
  await pageOf(ada, { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0" });
  await page.goto("/settings/sessions");
  await page.getByText("This session").waitFor();
  await looked(page, "settings-sessions");
  const back = await cutOff(page, "**/api/v1/me/sessions/*");
  await button(page, "End Safari on iPhone").click();
  await button(page, "End Safari on iPhone").waitFor({ state: "detached" });
  await page.getByText("Not ended: Troth does not answer").waitFor();
  await back();
  await button(page, "End Safari on iPhone").click();
  await page.getByText("Safari on iPhone is signed out.").waitFor();
  assert.equal((await phone.request.get("/api/v1/me")).status(), 401);
  await button(page, "End all others").click();
  await looked(page, "settings-sessions-all");
  await dialog(page).getByRole("button", { name: "End all others" }).click();
  await page.getByText("You are signed in nowhere else.").waitFor();
  await page.reload();
  await page.getByText("You are signed in nowhere else.").waitFor();
  noTroubles(page);
});

test("a password is changed, and recovery codes made, shown once, saved and used", async () => {
  const ada = await person("ada");
  await ada.post("/webhooks", { url: "https://ada.example/hook" });
  const page = await pageOf(ada);
  await page.goto("/settings/security");
  await page.getByLabel("Present password").fill("not this one");
  await page.getByLabel("New password").fill("some other good words");
  await button(page, "Change the password").click();
  await page.getByText("That is not your password.").waitFor();
  await looked(page, "settings-security");
  await page.getByLabel("Present password").fill(PASSWORD);
  await button(page, "Change the password").click();
  await page.getByText("Your password is changed.").waitFor();
  await page.getByLabel("Present password").fill("some other good words");
  await page.getByLabel("New password").fill("some other good words");
  await page.getByLabel(/^Somebody else may have come in/).check();
  await button(page, "Change the password").click();
  await becomes(() => page.getByLabel(/^Somebody else may have come in/).isChecked(), false);
  const hooks = await (await page.request.get("/api/v1/webhooks")).json();
  assert.deepEqual(
    hooks.items.map((hook) => hook.disabled_at !== null),
    [true],
  );
  await page.getByLabel("Your password").fill("some other good words");
  await button(page, "Make recovery codes").click();
  await heading(page, "Your recovery codes").waitFor();
  const codes = await page.getByRole("listitem").locator("code").allTextContents();
  assert.equal(new Set(codes).size, 10);
  await looked(page, "settings-recovery-codes");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "Save as a file").click(),
  ]);
  const kept = readFileSync(await download.path(), "utf8");
  for (const code of codes) assert.ok(kept.includes(code));
  await button(page, "I have kept them").click();
  await button(page, "Make recovery codes").waitFor();
  await becomes(() => page.getByText(codes[0]).count(), 0);
  const other = await newPage();
  await other.goto("/signin/recover");
  await other.getByLabel("Handle", { exact: true }).fill(ada.handle);
  await other.getByLabel("Recovery code").fill(codes[3]);
  await other.getByLabel("New password").fill("words of a third kind");
  await button(other, "Set the password and sign in").click();
  await heading(other, "Home").waitFor();
  await other.getByText("apps are allowed nothing any more, and your webhooks are paused").waitFor();
  noTroubles(page);
});

test("a recovery shows which wallets can still sign in, and leads to where they are unlinked", async () => {
  const { page, wallet } = await visitor();
  const handle = unique("dave");
  await signIn(page, { handle, device: false });
  const csrf = (await page.context().cookies()).find(({ name }) => name === "troth_csrf_access").value;
  const made = await page.request.post("/api/v1/me/recovery-codes", {
    data: {},
    headers: { "X-CSRF-Token": csrf },
  });
  const { codes } = await made.json();
  const other = await newPage();
  const recover = async (code, password) => {
    await other.goto("/signin/recover");
    await other.getByLabel("Handle", { exact: true }).fill(handle);
    await other.getByLabel("Recovery code").fill(code);
    await other.getByLabel("New password").fill(password);
    await button(other, "Set the password and sign in").click();
    await heading(other, "You are back in").waitFor();
  };
  await recover(codes[0], "words of a third kind");
  const short = `${wallet.address.slice(0, 6)}…${wallet.address.slice(-4)}`;
  await other.getByText(short).waitFor();
  await looked(other, "recovered-wallets");
  await button(other, "I know them all").click();
  await heading(other, "Home").waitFor();
  await recover(codes[1], "words of a fourth kind");
  await other.getByRole("link", { name: "Look through your wallets" }).click();
  await button(other, `Unlink ${short}`).click();
  await dialog(other).getByRole("button", { name: "Unlink", exact: true }).click();
  await other.getByText(`${short} is unlinked.`).waitFor();
  noTroubles(other);
});

test("an export is asked for, shown wherever one signs in, and downloaded as a ZIP", async () => {
  const ada = await person("ada");
  await ada.post("/posts", { text: "To be exported.", audience: "public" });
  const page = await pageOf(ada);
  await page.goto("/settings/export");
  await button(page, "Ask for an export").waitFor();
  await looked(page, "settings-export-none");
  await button(page, "Ask for an export").first().click();
  await button(page, "Download").waitFor({ timeout: 60_000 });
  const elsewhere = await pageOf(ada);
  await elsewhere.goto("/settings/export");
  await button(elsewhere, "Download").waitFor();
  await looked(elsewhere, "settings-export-ready");
  const [download] = await Promise.all([
    elsewhere.waitForEvent("download"),
    button(elsewhere, "Download").click(),
  ]);
  assert.match(download.suggestedFilename(), /^troth-.*\.zip$/);
  const bytes = readFileSync(await download.path());
  assert.equal(bytes.subarray(0, 2).toString(), "PK");
  assert.ok(bytes.includes("profile.json"));
  await button(elsewhere, "Ask for a new one").click();
  await heading(elsewhere, "Before").waitFor();
  await elsewhere.getByRole("listitem").filter({ hasText: "Deleted" }).waitFor();
  await button(elsewhere, "Download").waitFor({ timeout: 60_000 });
  await looked(elsewhere, "settings-export-again");
  for (const one of [page, elsewhere]) noTroubles(one);
});

test("an account is deleted by its password, and this browser forgets it", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  await page.goto("/settings/delete");
  await page.getByText(`that @${ada.handle} is taken`).waitFor();
  await looked(page, "settings-delete");
  await button(page, "Delete my account").click();
  await page.getByLabel("Your password").fill("not this one");
  await button(page, "Delete for good").click();
  await page.getByText("That is not your password.").waitFor();
  await looked(page, "settings-delete-sure");
  await page.getByLabel("Your password").fill(PASSWORD);
  await button(page, "Delete for good").click();
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  await page.getByText("Your account is deleted.").waitFor();
  await page.goto(`/@${ada.handle}`);
  await heading(page, "There is nobody here by that name").waitFor();
  noTroubles(page);
});

test("an account is deleted by the wallet's signature, and its device key goes with it", async () => {
  const { page, wallet } = await visitor();
  await signIn(page);
  await page.goto("/settings/delete");
  await button(page, "Delete my account").click();
  wallet.refuse();
  await button(page, "Sign and delete for good").click();
  await page.getByText("You refused in the wallet.").waitFor();
  await button(page, "Not now").click();
  await page.getByText("Delete your account for good?").waitFor();
  wallet.answer();
  await button(page, "Sign and delete for good").click();
  await page.getByRole("heading", { name: "Say it, and stand by it." }).waitFor();
  await page.getByText("Your account is deleted.").waitFor();
  const keys = await page.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open("troth", 1).onsuccess = ({ target }) => {
          const all = target.result.transaction("keys").objectStore("keys").getAllKeys();
          all.onsuccess = () => done(all.result);
        };
      }),
  );
  assert.deepEqual(keys, []);
  await page.goto("/signin");
  await heading(page, "Connected").waitFor();
  await button(page, "Sign in with Alpha").click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
  noTroubles(page);
});
