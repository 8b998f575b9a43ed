// Receipts, the Verify page without its server, and the log, in a real browser against a real stack.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { person } from "./acts.mjs";
import { accessible, close, DESKTOP, fourShots, newPage, noTroubles, RPC, URL_ } from "./kit.mjs";
import { author } from "./publish.mjs";

const TRICKY = "Grüße, 世界 👩‍🚀. Pay al\u200bice, or\u202e ecila ot no\u202c.";
const CLAIMS = ["integrity", "author", "authority", "anchored", "not_after", "not_before", "latest"];
let ada;
let post;
let bundle;
let claim;

before(async () => {
  ada = await author();
  claim = await ada.claim(`ada_${Math.random().toString(36).slice(2, 9)}`);
  post = await ada.publish(TRICKY);
  await ada.publish("Another of the same batch, so that there is a path.");
  await ada.untilFinal(post.id);
  bundle = await ada.bundleWithClaims(post.id);
});
after(close);

const conclusion = (page, code) => page.locator(`[data-code="${code}"]`);
const verdict = async (page, claim) => page.locator(`[data-claim="${claim}"]`).getAttribute("data-verdict");
const parts = (page) => page.locator("[data-part]").evaluateAll((rows) => rows.map((row) => row.dataset));
const HOLDS = ["integrity", "issuer", "status"].map((part) => ({ part, verdict: "pass" }));
const settled = (page) => page.getByLabel("Still asking").waitFor({ state: "detached" });
const file = (value, name = "proof.troth.json") => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
});
const choose = (page, value) => page.getByLabel("choose a file").setInputFiles(file(value));

test("a receipt recomputes everything here and says what it rests on", async () => {
  const page = await newPage();
  await page.goto(`/posts/${post.id}/receipt`);
  await conclusion(page, 0).waitFor();
  await settled(page);
  for (const claim of CLAIMS) assert.equal(await verdict(page, claim), "pass", claim);
  assert.deepEqual(await parts(page), HOLDS, "what the author shows of claims is judged too");
  await page.getByText("suggested by this server").waitFor();
  await page.getByText("2 of them invisible").waitFor({ state: "hidden" });
  await page.getByText("3 of them invisible").waitFor();
  await page.getByText("U+202E right-to-left override").waitFor();
  for (const value of [
    bundle.entry.content,
    bundle.anchor.root,
    bundle.anchor.transaction,
    bundle.anchor.block.hash,
  ]) {
    await page.getByText(value).first().waitFor();
  }
  await page.getByRole("img", { name: "Path from the entry to the root" }).waitFor();
  const command = await page.getByText("troth verify").textContent();
  assert.match(command, new RegExp(`--chain-id ${bundle.domain.chainId} --genesis 0x[0-9a-f]{64} `));
  assert.match(command, new RegExp(`--anchorer ${bundle.anchor.anchorer} --depth 0 .*--rpc ${RPC}`));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the proof" }).click();
  const chunks = [];
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk);
  assert.deepEqual(JSON.parse(Buffer.concat(chunks)), bundle);
  await accessible(page, "a receipt");
  await fourShots(page, "receipt");
  noTroubles(page);
});

test("pins and node are the reader's own, are kept, and wrong ones are told", async () => {
  const page = await newPage();
  await page.goto(`/posts/${post.id}/receipt`);
  await conclusion(page, 0).waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Node (JSON-RPC)").fill("ftp://nowhere");
  await page.getByRole("textbox", { name: "Anchorer" }).fill("0x12");
  await page.getByRole("button", { name: "Check with these" }).click();
  await page.getByText("Give a URL that starts with").waitFor();
  await page.getByText("This needs 0x and 40 hex digits").waitFor();
  await accessible(page, "the form for pins");
  await fourShots(page, "receipt-pins");
  await page.getByLabel("Node (JSON-RPC)").fill(RPC);
  await page.getByRole("textbox", { name: "Anchorer" }).fill(`0x${"12".repeat(20)}`);
  await page.getByRole("button", { name: "Check with these" }).click();
  await conclusion(page, 1).waitFor();
  await page.getByText("your own").waitFor();
  assert.equal(await verdict(page, "anchored"), "fail");
  await page.reload();
  await conclusion(page, 1).waitFor();
  await page.getByRole("button", { name: "Take what this server suggests" }).click();
  await conclusion(page, 0).waitFor();
  noTroubles(page);
});

test("a receipt that is opened early follows its post until it is anchored", async () => {
  const early = await ada.publish("Just now.");
  await ada.untilFinal(early.id);
  const page = await newPage();
  let state = "saved";
  await page.route(`**/api/v1/posts/${early.id}/bundle?*`, async (route) => {
    const answer = await route.fetch();
    if (state === "saved") {
      const problem = { title: "Not sealed yet", status: 409, code: "not_sealed", detail: "Not yet." };
      return route.fulfill({ status: 409, json: problem });
    }
    const value = await answer.json();
    return route.fulfill({ json: state === "sealed" ? { ...value, proof: [], anchor: null } : value });
  });
  await page.route(`**/api/v1/posts/${early.id}`, async (route) => {
    const value = await (await route.fetch()).json();
    await route.fulfill({ json: { ...value, anchoring: { ...value.anchoring, state } } });
  });
  await page.goto(`/posts/${early.id}/receipt`);
  await page.getByRole("heading", { name: "On its way into the log" }).waitFor();
  state = "sealed";
  await conclusion(page, 3).waitFor();
  await page.getByText("none: not anchored yet").waitFor();
  state = "final";
  await conclusion(page, 0).waitFor();
});

test("a node that is away leaves it open, and says so", async () => {
  const page = await newPage();
  await page.goto(`/posts/${post.id}/receipt`);
  await conclusion(page, 0).waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Node (JSON-RPC)").fill("http://127.0.0.1:9");
  await page.getByRole("button", { name: "Check with these" }).click();
  await conclusion(page, 3).waitFor();
  await page.getByText("could not be reached").first().waitFor();
  assert.equal(await verdict(page, "integrity"), "pass");
});

test("a server that shows another text than was signed is red and loud", async () => {
  const page = await newPage();
  await page.route(`**/api/v1/posts/${post.id}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), text: "I owe you 1,000." } });
  });
  await page.goto(`/posts/${post.id}/receipt`);
  const alert = page.getByRole("alert").filter({ hasText: "Mismatch" });
  await alert.getByText("another text for this post than the one that was signed").waitFor();
  await page.getByRole("heading", { name: "Do not believe this" }).waitFor();
  await accessible(page, "a mismatch");
  await fourShots(page, "receipt-mismatch");
});

test("the proof of another post, and a forged one, are red and loud", async () => {
  const other = await ada.publish("Something else.");
  await ada.untilFinal(other.id);
  const page = await newPage();
  const serve = (value) =>
    page.route(`**/api/v1/posts/${post.id}/bundle?*`, (route) => route.fulfill({ json: value }));
  await serve(await ada.bundle(other.id));
  await page.goto(`/posts/${post.id}/receipt`);
  await page.getByText("the proof of another record").waitFor();
  await serve({ ...bundle, message: { ...bundle.message, text: "Forged." } });
  await page.reload();
  await conclusion(page, 1).waitFor();
  await page.getByText("these are NOT the same").waitFor();
  await serve({ ...bundle, surprise: 1 });
  await page.reload();
  await page.getByText("This is no usable proof").waitFor();
});

test("a post without a key and an erased one are said loudly", async () => {
  const walletless = await person("plain");
  const unsigned = await walletless.post("/posts", { text: "Nobody's key.", audience: "public" });
  const gone = await ada.publish("Soon gone.");
  await ada.untilFinal(gone.id);
  await ada.remove(gone);
  await ada.untilFinal(unsigned.id);
  await ada.untilFinal(gone.id);
  const page = await newPage();
  await page.goto(`/posts/${unsigned.id}/receipt`);
  await page.getByText("Nobody’s key stands behind this record").waitFor();
  await conclusion(page, 0).waitFor();
  await page.goto(`/posts/${gone.id}/receipt?content=${gone.content}`);
  await page.getByText("The text is gone").waitFor();
  // The Deletion came later, which is no reason to doubt the rest.
  await page.getByRole("heading", { name: "Not the newest version" }).waitFor();
  assert.equal(await verdict(page, "latest"), "fail");
  assert.equal(await verdict(page, "anchored"), "pass");
  await accessible(page, "the receipt of an erased post");
  await fourShots(page, "receipt-erased");
  noTroubles(page);
});

// A server in front of the stack, which can be killed; and a node that lets every page ask.
async function inFront(target, headers = {}) {
  const { hostname, port } = new URL(target);
  const server = createServer((asked, answer) => {
    if (asked.method === "OPTIONS") return answer.writeHead(204, headers).end();
    const { origin, ...rest } = asked.headers;
    const sent = request({
      hostname,
      port,
      path: asked.url,
      method: asked.method,
      headers: { ...rest, host: `${hostname}:${port}` },
    });
    sent.on("response", (given) =>
      given.pipe(answer.writeHead(given.statusCode, { ...given.headers, ...headers })),
    );
    sent.on("error", () => answer.destroy());
    asked.pipe(sent);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    kill: () => new Promise((done) => server.close(done).closeAllConnections()),
  };
}

// Somebody's stamp of a text, and its proof.
async function stamp(text) {
  const holder = await person("holder");
  const digest = `0x${createHash("sha256").update(text).digest("hex")}`;
  const { id } = await holder.post("/stamps", { about: "A plan", digest });
  while ((await holder.get(`/stamps/${id}`)).anchoring.state !== "final")
    await new Promise((resume) => setTimeout(resume, 100));
  return { text, bundle: await holder.get(`/stamps/${id}/bundle`) };
}

const beside = (page, name, text) =>
  page
    .getByLabel("choose the file beside it")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("the Verify page works with the server killed: opened anew, offline and with a node", async (t) => {
  const server = await inFront(URL_);
  t.after(server.kill);
  const node = await inFront(RPC, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type",
  });
  t.after(node.kill);
  const stamped = await stamp("The plan, as of today.");
  const page = await newPage({ baseURL: server.url });
  await page.goto("/verify");
  await page.getByText("kept in your browser").waitFor();
  await page.getByText("suggested by this server").waitFor();
  await server.kill();
  await assert.rejects(fetch(server.url));
  await page.reload();
  await page.getByRole("heading", { name: "Verify a proof" }).waitFor();
  await choose(page, bundle);
  await conclusion(page, 3).waitFor(); // the kept node lets no page of this origin ask it
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Node (JSON-RPC)").fill(node.url);
  await page.getByRole("button", { name: "Check with these" }).click();
  await conclusion(page, 0).waitFor();
  for (const claim of CLAIMS.slice(0, -1)) assert.equal(await verdict(page, claim), "pass", claim);
  assert.deepEqual(await parts(page), HOLDS);
  await choose(page, { ...bundle, claims: [{ ...bundle.claims[0], issuer: `0x${"12".repeat(20)}` }] });
  await page.getByRole("heading", { name: "A claim about its author does NOT hold" }).waitFor();
  await choose(page, claim);
  await conclusion(page, 0).waitFor();
  assert.deepEqual(await parts(page), HOLDS);
  await page.getByText(claim.message.value).waitFor();
  await accessible(page, "a claim");
  await fourShots(page, "verify-claim");
  await choose(page, { ...claim, message: { ...claim.message, value: "eve@example.org" } });
  await conclusion(page, 1).waitFor();
  await choose(page, { ...claim, more: 1 });
  await page.getByText("This is no usable claim").waitFor();
  await choose(page, stamped.bundle);
  await conclusion(page, 0).waitFor();
  await beside(page, "draft.txt", "Another draft.");
  await conclusion(page, 1).waitFor();
  await page.getByRole("heading", { name: "It is NOT the file" }).waitFor();
  await fourShots(page, "verify-file");
  await page.setViewportSize(DESKTOP);
  await beside(page, "plan.txt", stamped.text);
  await conclusion(page, 0).waitFor();
  await page.locator('[data-part="file"][data-verdict="pass"]').waitFor();
  await page.getByText("--file plan.txt").waitFor();
  await accessible(page, "a file beside a proof");
  await choose(page, { ...bundle, message: { ...bundle.message, text: "Forged." } });
  await conclusion(page, 1).waitFor();
  await accessible(page, "a failed check");
  await fourShots(page, "verify-failed");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Node (JSON-RPC)").fill("");
  await page.getByRole("button", { name: "Check with these" }).click();
  await choose(page, bundle);
  await conclusion(page, 0).waitFor();
  await page.getByText("every time below is what the file states").waitFor();
  await fourShots(page, "verify-offline");
});

test("the Verify page takes what is dropped or pasted, and refuses what is no proof", async () => {
  const page = await newPage();
  await page.goto("/verify");
  await page.getByText("kept in your browser").waitFor();
  await accessible(page, "the Verify page");
  await fourShots(page, "verify");
  for (const [text, said] of [
    ["{}", "lacks the key"],
    [`${JSON.stringify(bundle)} x`, "after its end"],
    [JSON.stringify(bundle).replace('"troth":1', '"troth":1,"troth":1'), "twice"],
    [JSON.stringify(bundle).replace('"troth":1', '"troth":1.0'), "only integers"],
  ]) {
    await choose(page, text);
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
  }
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    // Wherever the focus is: after a page was opened it is nowhere.
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, JSON.stringify(bundle));
  await conclusion(page, 0).waitFor();
  await page.evaluate(
    (text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.json"));
      const zone = document.querySelector("input[type=file]").parentElement;
      zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    JSON.stringify(bundle).replace("Grüße", "Gruesse"),
  );
  await conclusion(page, 1).waitFor();
  await page.getByText("dropped.json").waitFor();
  noTroubles(page);
});

test("a check without a node takes at most 50 ms", async () => {
  const page = await newPage();
  await page.goto("/verify");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Node (JSON-RPC)").fill("");
  await page.getByRole("button", { name: "Check with these" }).click();
  const took = [];
  for (let round = 0; round < 7; round += 1) {
    await choose(page, bundle);
    await page.getByText("every time below is what the file states").waitFor();
    took.push(
      Number(/in ([0-9]+) ms/.exec(await page.getByText("checked in this browser").textContent())[1]),
    );
  }
  // The quickest: all else is what the machine did besides.
  assert.ok(Math.min(...took) <= 50, `a check takes ${took} ms`);
});

test("the log shows batches as they come, with entries, gas and waiting time", async () => {
  const page = await newPage();
  await page.goto("/log");
  const rows = page.getByRole("region", { name: "Batches" }).locator("tbody tr");
  await rows.first().waitFor();
  const before = await rows.count();
  const one = await ada.publish("One more for the log.");
  await ada.untilFinal(one.id);
  await rows.nth(before).waitFor();
  await page.getByText(/Batch [0-9]+ is new/).waitFor({ state: "attached" });
  await rows.first().getByText("final").waitFor();
  await rows
    .first()
    .locator("td")
    .nth(2)
    .getByText(/^[0-9,]+$/)
    .waitFor();
  for (const name of ["Records in each batch", "Cost", "Waiting time"])
    await page.getByRole("img", { name }).waitFor();
  await accessible(page, "the log");
  await fourShots(page, "log");
  await rows.last().getByRole("link").click();
  // The oldest batch may hold nothing but the permission of a device.
  await page
    .getByRole("region", { name: "Entries" })
    .getByRole("cell", { name: /^(Post|Delegation)$/ })
    .first()
    .waitFor();
  await accessible(page, "a batch");
  await fourShots(page, "log-batch");
  await page.goBack();
  await page.getByRole("region", { name: "Entries" }).waitFor({ state: "detached" });
  noTroubles(page);
});
