// Claims on the real stack: asked for, proved by the code in the mail server's log, shown as a badge; reviewed; ended.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { box, pageOf, person, signIn, visitor } from "./acts.mjs";
import { accessible, becomes, close, DESKTOP, fourShots, newPage, noTroubles } from "./kit.mjs";

after(close);
const troth = promisify(execFile);
const LATE = { timeout: 60_000 };
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const steps = (page) => page.getByRole("list", { name: "State of the claim" });
const part = (page, name) => page.getByRole("region", { name, exact: true });
const unique = (prefix) => `${prefix}_${Math.random().toString(36).slice(2, 9)}`;

async function looked(page, name) {
  await accessible(page, name);
  await fourShots(page, name);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(DESKTOP);
}

// The newest code, another one than `unlike`, that the stack's own mail server shows for an address.
async function codeFor(address, unlike) {
  const end = Date.now() + 30_000;
  for (;;) {
    const messages = readFileSync(join(process.env.TROTH_DATA_DIR, "logs", "mail.log"), "utf8").split(
      /^To: /m,
    );
    const code = messages.findLast((one) => one.includes(address))?.match(/The code is (\d{8})/)?.[1];
    if (code && code !== unlike) return code;
    if (Date.now() > end) throw new Error(`no code for ${address}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

test("an e-mail claim: code, badge with all it says on profile and post, hidden, file, withdrawn", async () => {
  const { page } = await visitor();
  const handle = unique("ada");
  const address = `${handle}@example.org`;
  await signIn(page, { handle });
  await box(page).fill("Whoever reads this can look who vouches for me.");
  await button(page, "Post").click();
  await page.getByRole("article").first().waitFor();
  await page.goto(`/@${handle}`);
  await link(page, "Have something vouched for").click();
  await heading(page, "Your claims").waitFor();
  await page.getByText("Nothing yet. Begin with one of these.").waitFor();
  await looked(page, "claims-empty");
  await page.getByRole("link", { name: /^An email address/ }).click();
  await page.getByLabel("Email address").fill("no address");
  await button(page, "Send the code").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Email address").fill(address);
  await looked(page, "claim-new-email");
  await button(page, "Send the code").click();
  await heading(page, "Enter the code").waitFor();
  const code = await codeFor(address);
  await page.getByLabel("Code", { exact: true }).fill(code === "00000000" ? "11111111" : "00000000");
  await button(page, "Prove it").click();
  await page.getByRole("alert").waitFor();
  await looked(page, "claim-code");
  await button(page, "Send another code").click();
  const another = page.getByText("Another code is on its way.");
  await another.or(page.getByText("A code was sent a moment ago")).waitFor();
  const good = (await another.count()) > 0 ? await codeFor(address, code) : code;
  await page.getByLabel("Code", { exact: true }).fill(good);
  await button(page, "Prove it").click();
  await heading(page, "Enter the code").waitFor({ state: "detached" });
  await part(page, "The claim").getByText("Valid", { exact: true }).waitFor(LATE);
  await steps(page).getByText("In a block").waitFor();
  await looked(page, "claim");

  const visit = await newPage();
  await visit.goto(`/@${handle}`);
  await visit.getByRole("button", { name: new RegExp(address) }).click();
  for (const words of ["Reads mail at", "Troth", "A code that was sent to the address and came back"])
    await visit.getByRole("definition").filter({ hasText: words }).first().waitFor();
  await looked(visit, "badge-profile");
  await visit.keyboard.press("Escape");
  const article = visit.getByRole("article").first();
  await article.getByRole("button", { name: "1 claim about the author, valid" }).click();
  await article.getByRole("definition").filter({ hasText: address }).waitFor();
  await looked(visit, "badge-post");
  await visit.keyboard.press("Escape");
  await becomes(() => article.getByRole("definition").count(), 0);
  assert.match(
    await visit.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? ""),
    /claim about/,
  );

  const shown = page.getByRole("checkbox", { name: /^Everybody sees it/ });
  await page.route("**/api/v1/claims/*", (route) =>
    route.request().method() === "PATCH" ? route.abort() : route.continue(),
  );
  await shown.click();
  await page.getByText(/^Still shown: Troth does not answer/).waitFor(LATE);
  await becomes(() => shown.isChecked(), true, "taken back");
  await page.unroute("**/api/v1/claims/*");
  await shown.click();
  await page.getByText("The badge says only that something of this kind").waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "Download the claim file").click(),
  ]);
  assert.match(readFileSync(await file.path(), "utf8"), new RegExp(address));
  await visit.reload();
  await visit.getByRole("button", { name: /^An email address/ }).waitFor(LATE);

  await button(page, "Withdraw").click();
  await dialog(page).getByText("the badge stays, greyed").waitFor();
  await button(page, "Withdraw it").click();
  await part(page, "The claim").getByText("Revoked", { exact: true }).waitFor(LATE);
  await looked(page, "claim-over");
  await visit.reload();
  await visit.getByRole("button", { name: /Revoked$/ }).click();
  await visit.getByRole("definition").filter({ hasText: "Revoked: Its subject asked for that" }).waitFor();
  await looked(visit, "badge-revoked");
  await visit.getByRole("button", { name: "1 claim about the author, over" }).waitFor();
  noTroubles(page);
  noTroubles(visit);
});

test("a domain shows what to publish, a handle needs nothing, and both can be ended", async () => {
  const ada = await person("dom");
  const page = await pageOf(ada);
  await page.goto("/claims/new/domain");
  await page.getByLabel("Domain").fill("ada-of-troth.org");
  await button(page, "Ask for it").click();
  await heading(page, "Publish one line").waitFor();
  await page.getByText("https://ada-of-troth.org/.well-known/troth.txt").waitFor();
  await page.getByText("_troth.ada-of-troth.org").waitFor();
  await becomes(() => page.getByText(/^troth=0x[0-9a-f]{40}$/).count(), 2);
  await button(page, "Check now").click();
  await page.getByText(/It is being looked at|a moment ago/).waitFor();
  await looked(page, "claim-domain");
  await button(page, "Decline for good").click();
  await button(page, "Decline it for good").click();
  await part(page, "The claim").getByText("Declined", { exact: true }).waitFor(LATE);
  await page.goto("/claims/new/domain");
  await page.getByLabel("Domain").fill("ada-of-troth.org");
  await button(page, "Ask for it").click();
  await page.getByRole("alert").waitFor();

  await page.goto("/claims/new/handle");
  await button(page, "Ask for it").click();
  await part(page, "The claim").getByText("Valid", { exact: true }).waitFor(LATE);
  await page.goto("/claims");
  await page.getByRole("link", { name: new RegExp(`^${ada.handle}@`) }).waitFor();
  await looked(page, "claims");
  noTroubles(page);
});

test("a person is vouched for by a moderator who reads the evidence", async () => {
  const [ada, mod] = [await person("lady"), await person("judge")];
  await troth(".venv/bin/troth", ["admin", "grant", mod.handle, "moderator"]);
  const page = await pageOf(ada);
  await page.goto("/claims/new/person");
  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await page
    .getByLabel("How a moderator can tell that it is you")
    .fill("My page at ada.example names this account.");
  await page.locator("input[type=file]").setInputFiles([
    { name: "page.txt", mimeType: "text/plain", buffer: Buffer.from("I am @ada on Troth.") },
    { name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
  ]);
  await page.getByText("tool.exe is no PDF, picture or plain text.").waitFor();
  await looked(page, "claim-new-person");
  await button(page, "Ask for it").click();
  await heading(page, "A moderator looks at it").waitFor();

  const judge = await pageOf(mod);
  await judge.goto("/moderation/claims");
  await heading(judge, "Moderation").waitFor();
  await link(judge, "Look at the evidence").first().waitFor();
  await looked(judge, "moderation-claims");
  const waiting = judge.getByRole("article").filter({ has: link(judge, "Look at the evidence") });
  await waiting
    .filter({ has: judge.locator(`a[href="/people/${ada.id}"]`) })
    .getByRole("link")
    .last()
    .click();
  const card = judge.getByRole("article", { name: "Claim to be Ada Lovelace" });
  await card.getByText("My page at ada.example names this account.").waitFor();
  await card.getByText("I am @ada on Troth.").waitFor();
  await looked(judge, "moderation-claim");
  await card.getByRole("button", { name: "Vouch for them" }).click();
  await dialog(judge).getByLabel("What convinced you").fill("Her own page names the account.");
  await dialog(judge).getByRole("button", { name: "Vouch for them" }).click();
  await judge.getByText("Vouched for: it goes to the chain.").waitFor();
  await part(page, "The claim").getByText("Valid", { exact: true }).waitFor(LATE);
  await judge.goto("/moderation/audit");
  await judge.getByText("A claim was vouched for").first().waitFor();
  noTroubles(page);
  noTroubles(judge);
});
