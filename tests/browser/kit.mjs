// Chromium against a running stack: pages that fail a test on any error, axe, screenshots.
//
// TROTH_UI_URL and TROTH_UI_RPC say where the stack is, TROTH_UI_SHOTS where pictures go.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const URL_ = process.env.TROTH_UI_URL ?? "http://127.0.0.1:8000";
export const RPC = process.env.TROTH_UI_RPC ?? "http://127.0.0.1:8545";
export const SHOTS = process.env.TROTH_UI_SHOTS ?? "build/screenshots";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 860 };

let browser;

// Further words for Chromium count where it is not open yet.
export async function open(words = []) {
  browser ??= await chromium.launch({
    executablePath: process.env.TROTH_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...words],
  });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

// A busy machine is slow, and only what never comes waits so long.
const PATIENCE_MS = 40_000;

// A page of a context of its own. What the console says as an error is kept in `page.troubles`.
export async function newPage({ viewport = DESKTOP, colorScheme = "light", ...rest } = {}) {
  const context = await (await open()).newContext({
    viewport,
    colorScheme,
    baseURL: URL_,
    reducedMotion: "reduce",
    ...rest,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`${error.name}: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // A refusal of the API is told by the page itself; the browser's own line about it is no trouble.
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) page.troubles.push(text);
  });
  return page;
}

export function noTroubles(page) {
  assert.deepEqual(page.troubles, []);
}

export async function chainId() {
  // The server may close an idle connection in the moment in which it is used again.
  const ask = () => fetch(`${URL_}/api/v1/log`);
  const log = await (await ask().catch(ask)).json();
  return log.domain.chainId;
}

// Runs axe in an isolated world, which the page's policy does not concern: whole, and for contrast in the other scheme.
export async function axe(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "axe",
  });
  await session.send("Runtime.evaluate", { expression: AXE, contextId: executionContextId });
  const run = async (only) => {
    const { result } = await session.send("Runtime.evaluate", {
      expression: `axe.run(document, { runOnly: ${JSON.stringify(only)} }).then((found) => JSON.stringify(found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html.slice(0, 160) + ' | ' + node.failureSummary.slice(0, 200)) }))))`,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
    return JSON.parse(result.value);
  };
  const found = await run(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const dark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const [here, there] = dark ? ["dark", "light"] : ["light", "dark"];
  await painted(page, there);
  const other = await run({ type: "rule", values: ["color-contrast"] });
  await painted(page, here);
  await session.detach();
  return [...found, ...other.map((one) => ({ ...one, scheme: there }))];
}

// What is read becomes so and so, soon: a page shows some things a moment after others.
export async function becomes(read, expected, why) {
  const end = Date.now() + PATIENCE_MS;
  let actual = await read();
  while (actual !== expected && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 50));
    actual = await read();
  }
  assert.equal(actual, expected, why);
}

export async function accessible(page, where) {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.locator("main:not([aria-busy=true])").waitFor();
  const found = await axe(page);
  assert.deepEqual(found, [], `axe on ${where}: ${JSON.stringify(found, null, 1)}`);
}

export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

// Resolves when the page is painted in a colour scheme.
async function painted(page, colorScheme) {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate(settled, colorScheme);
}

// In the page. What never comes to rest, or is not painted at all, is waited for no longer than some seconds: what is
// looked at next judges it.
function settled(scheme) {
  const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const frame = () => Promise.race([new Promise((done) => requestAnimationFrame(done)), rest(1_000)]);
  const end = performance.now() + 10_000;
  const look = async () => {
    while (
      matchMedia("(prefers-color-scheme: dark)").matches !== (scheme === "dark") &&
      performance.now() < end
    )
      await frame();
    await frame();
    await rest(100);
    // A busy machine may paint late, and one change may begin another: three frames without one are the end.
    for (let still = 0; still < 3 && performance.now() < end; still++) {
      const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
      if (changing.length > 0) still = -1;
      const ended = changing.map((one) => one.finished.catch(() => null));
      await Promise.race([Promise.all(ended), rest(2_000)]);
      await frame();
    }
  };
  return look();
}

// One page in four pictures: phone and desktop, light and dark.
export async function fourShots(page, name) {
  for (const [size, viewport] of [
    ["phone", PHONE],
    ["desktop", DESKTOP],
  ]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await painted(page, colorScheme);
      await shot(page, `${name}-${size}-${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} px too wide on a ${size}`);
    }
  }
}
