// Tokens on the real stack: minted by permission and by one's own wallet, given away, reported, shown in a post.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createWalletClient, defineChain, http, parseEther } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { box, person, signIn, visitor } from "./acts.mjs";
import {
  accessible,
  becomes,
  chainId,
  close,
  DESKTOP,
  fourShots,
  newPage,
  noTroubles,
  RPC,
  shot,
} from "./kit.mjs";

after(close);
const LATE = { timeout: 60_000 };
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const unique = (prefix) => `${prefix}_${Math.random().toString(36).slice(2, 9)}`;

// A PNG of 480 by 360 pixels that nobody drew before.
async function picture(page) {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 360 });
    const pen = canvas.getContext("2d");
    const hue = Math.floor(Math.random() * 360);
    const sky = pen.createLinearGradient(0, 0, 0, 360);
    sky.addColorStop(0, `hsl(${hue} 60% 30%)`);
    sky.addColorStop(1, `hsl(${hue + 40} 80% 75%)`);
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 480, 360);
    pen.fillStyle = `hsl(${hue + 180} 80% 60%)`;
    pen.arc(120 + Math.random() * 240, 150, 60, 0, 7);
    pen.fill();
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return { name: "dusk.png", mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

// The embedded chain's ninth account has more ether than anybody needs; the demo wallet helps itself from the tenth.
async function fund(address) {
  const id = await chainId();
  const nativeCurrency = { name: "E", symbol: "E", decimals: 18 };
  const chain = defineChain({ id, name: "test", nativeCurrency, rpcUrls: { default: { http: [RPC] } } });
  const account = privateKeyToAccount(`0x${"9".padStart(64, "0")}`);
  await createWalletClient({ account, chain, transport: http(RPC) }).sendTransaction({
    to: address,
    value: parseEther("1"),
  });
}

async function looked(page, name) {
  await accessible(page, name);
  await fourShots(page, name);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(DESKTOP);
}

async function fill(page, name, more = {}) {
  await page.goto("/tokens/new");
  await heading(page, "Make a token").waitFor();
  await page.locator("input[type=file]").setInputFiles(await picture(page));
  await page.getByRole("img", { name: "What you chose" }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill(name);
  if (more.description) await page.getByLabel("Description (optional)").fill(more.description);
  if (more.royalty) await page.getByLabel("Royalty in percent (optional)").fill(more.royalty);
}

const state = (page) => page.getByRole("list", { name: "State of the mint" });
const owner = (page) => page.getByRole("region", { name: "Whose it is" });

test("a token without gas: refused, permitted, in the gallery, in a post with its holder, given away", async () => {
  const { page, wallet } = await visitor();
  const handle = unique("ada");
  await signIn(page, { handle });
  await page.goto(`/@${handle}/gallery`);
  await heading(page, "Your gallery is empty").waitFor();
  await looked(page, "gallery-empty");

  await page.goto("/tokens/new");
  await button(page, "Make it, free of charge").click();
  await page.getByText("Add a picture or a video: it is what the token is of.").waitFor();
  await fill(page, "Dusk over the engine", {
    description: "Drawn by a page, kept by a chain.",
    royalty: "2.5",
  });
  await page.getByText("Attributes and a link").click();
  await button(page, "Add an attribute").click();
  await page.getByLabel("Attribute 1", { exact: true }).fill("Hour");
  await page.getByLabel("Value 1").fill("Dusk");
  await looked(page, "token-new");
  await page.reload(); // what was typed stays
  await becomes(() => page.getByLabel("Name", { exact: true }).inputValue(), "Dusk over the engine");

  wallet.refuse();
  await button(page, "Make it, free of charge").click();
  await dialog(page).getByText("You refused in the wallet").waitFor();
  await button(page, "Not now").click();
  await heading(page, "Dusk over the engine").waitFor();
  await page.getByText("Not signed yet; it waits for you here.").waitFor();
  await looked(page, "token-permit");
  wallet.answer();
  await wallet.switchChain(1);
  await button(page, "Sign the permission").click();
  await dialog(page).getByText("is on chain 1").waitFor();
  await dialog(page).getByRole("button", { name: "Switch or add the chain" }).click();
  await owner(page).waitFor(LATE);
  await owner(page).getByText("2.5%").waitFor();
  assert.ok(!wallet.asked.includes("eth_sendTransaction"));
  const address = page.url();
  await page.getByText("Final", { exact: true }).first().waitFor(LATE);
  await looked(page, "token");

  await page.goto(`/@${handle}/gallery`);
  await page.getByRole("link", { name: "Dusk over the engine" }).waitFor();
  await looked(page, "gallery");

  await page.goto("/");
  await button(page, "Attach a token you hold").click();
  await dialog(page)
    .getByRole("button", { name: /Dusk over the engine/ })
    .waitFor();
  await looked(page, "token-picker");
  await dialog(page)
    .getByRole("button", { name: /Dusk over the engine/ })
    .click();
  await box(page).fill("This is mine, and the chain says so.");
  await shot(page, "composer-token");
  await button(page, "Post").click();
  const post = page.getByRole("article").filter({ hasText: "the chain says so" });
  await post.getByRole("link", { name: "Dusk over the engine" }).waitFor();
  await post.locator("[data-state=final]").waitFor(LATE);
  await page.reload();
  await post.getByText(/Held by @ada\w+ at block/).waitFor();
  await becomes(() => post.getByRole("img").count(), 0, "a token is no picture of the post's");
  await looked(page, "post-token");

  const other = await person("bob");
  const { address: to } = privateKeyToAccount(`0x${"b".repeat(64)}`);
  await page.goto(address);
  await button(page, "Give it away").click();
  await dialog(page)
    .getByLabel("To whom")
    .fill(`${to.slice(0, 20)}`);
  await dialog(page).getByText("this one is too short").waitFor();
  await dialog(page).getByLabel("To whom").fill(`@${other.handle}`);
  await dialog(page).getByRole("article").waitFor();
  await looked(page, "token-give");
  await button(page, "Give it away").last().click();
  await dialog(page)
    .getByText(/wallet/i)
    .last()
    .waitFor(); // this person has none
  await dialog(page).getByLabel("To whom").fill(to);
  wallet.refuse();
  await button(page, "Give it away").last().click();
  await page.getByText("You refused in the wallet").waitFor();
  await button(page, "Not now").click();
  await page.getByText("Not sent: the token is still yours").waitFor();
  wallet.answer();
  await wallet.switchAccount(1);
  await button(page, "Give it away").last().click();
  await page.getByText("Switch the account in your wallet").waitFor();
  await fund(wallet.accounts[0].address);
  await wallet.switchAccount(0);
  await owner(page)
    .getByText(`${to.slice(0, 6).toLowerCase()}…`)
    .waitFor(LATE);
  await page.getByText("gave it to").waitFor();
  await looked(page, "token-given");
  noTroubles(page);

  // Who was given nothing here reads it, and reports it only once signed in.
  const stranger = await newPage();
  await stranger.goto(address);
  await heading(stranger, "Dusk over the engine").waitFor();
  await becomes(() => button(stranger, "Give it away").count(), 0);
  await stranger.goto("/tokens/7");
  await heading(stranger, "There is no such token here").waitFor();
  await accessible(stranger, "no token");
});

test("a token by one's own wallet: sent, waited for, in the gallery of who made it", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { handle: unique("eve") });
  await fund(wallet.address);
  await fill(page, "Sent by myself");
  await page.getByLabel("With my own wallet").check();
  wallet.hang();
  await button(page, "Make it with my wallet").click();
  await dialog(page).getByText("Open your wallet: Alpha asks you to confirm").waitFor();
  wallet.answer();
  await heading(page, "Sent by myself").waitFor();
  await owner(page).waitFor(LATE);
  assert.ok(wallet.asked.includes("eth_sendTransaction"));
  await page.getByText("Made", { exact: true }).waitFor();
  await page.reload();
  await state(page).waitFor();
  await page.getByText("Contract, numbers and hashes").click();
  await looked(page, "token-numbers");
  noTroubles(page);

  const reporter = await visitor();
  await signIn(reporter.page, { handle: unique("mod") });
  await reporter.page.goto(page.url());
  await button(reporter.page, "More about this token").click();
  await reporter.page.getByRole("menuitem", { name: "Report" }).click();
  await dialog(reporter.page).getByRole("heading", { name: "Report this token" }).waitFor();
  await dialog(reporter.page).getByRole("button", { name: "Report", exact: true }).click();
  await reporter.page.getByText("Reported. Moderators will look at it.").waitFor();
  noTroubles(reporter.page);
});

test("the demo wallet makes a token by itself, though it never had any ether", async () => {
  const page = await newPage();
  await page.goto("/signin");
  await page.getByRole("button", { name: /^Demo wallet/ }).click();
  await button(page, "Connect").click();
  await button(page, "Sign in with Demo wallet").click();
  await button(page, "Sign").click();
  await heading(page, "What shall people call you?").waitFor();
  await button(page, "Later").click();
  await button(page, "Not now").click();
  await fill(page, "From a demo wallet");
  await page.getByLabel("With my own wallet").check();
  await button(page, "Make it with my wallet").click();
  await button(page, "Send").click();
  await owner(page).waitFor(LATE);
  noTroubles(page);
});
