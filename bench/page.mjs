// How a page of the web UI loads in Chromium, as Lighthouse looks at it: its phone (CPU four times slower, 150 ms there
// and back, 1.6 Mbit/s) or this machine as it is. Prints JSON.
//
// Each round loads the floor first: what the same server sends for the same address to a browser without scripts, which is
// a bare page with one sentence and the styles. So both meet the same machine.
//
//   node bench/page.mjs ADDRESS CHROMIUM ROUNDS [phone]
import { chromium } from "playwright-core";

const [address, executablePath, rounds, kind] = process.argv.slice(2);
const PHONE = { cpu: 4, latency: 150, bytesPerSecond: (1_600 * 1_000) / 8 };

// In the page: what the browser saw of its own work.
function watched() {
  const told = { longest: 0, blocking: 0, tasks: 0, largest: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      told.tasks += 1;
      told.longest = Math.max(told.longest, duration);
      told.blocking += Math.max(0, duration - 50);
    }
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) told.largest = startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  window.__told = told;
}

async function once(browser, { bare = false } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: !bare,
    viewport: { width: 390, height: 844 },
    extraHTTPHeaders: { "Accept-Encoding": "gzip" },
  });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  if (kind === "phone") {
    await session.send("Emulation.setCPUThrottlingRate", { rate: PHONE.cpu });
    const { latency, bytesPerSecond: downloadThroughput } = PHONE;
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput,
      uploadThroughput: downloadThroughput,
    });
  }
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(watched);
  await page.goto(address, { waitUntil: "networkidle" });
  if (!bare) await page.getByRole("heading", { level: 1 }).waitFor();
  const told = await page.evaluate(async () => {
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    while (painted() === undefined) await new Promise((done) => setTimeout(done, 20));
    return { ...window.__told, first: painted() };
  });
  await context.close();
  return { ...told, bytes };
}

const middle = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
await once(browser); // warms the server and the browser up
const seen = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const floor = await once(browser, { bare: true });
  const ours = await once(browser);
  const ratios = { first: ours.first / floor.first, bytes: ours.bytes / floor.bytes };
  seen.push({ ...ours, floor_first: floor.first, floor_bytes: floor.bytes, ratios });
}
await browser.close();
const { ratios: _, ...plain } = seen[0];
const figures = Object.fromEntries(
  Object.keys(plain).map((name) => [name, middle(seen.map((one) => one[name]))]),
);
for (const name of ["first", "bytes"]) {
  const all = seen.map(({ ratios }) => ratios[name]);
  figures[`${name}_ratio`] = { median: middle(all), low: Math.min(...all), high: Math.max(...all) };
}
process.stdout.write(`${JSON.stringify(figures)}\n`);
