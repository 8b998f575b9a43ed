// What one posts, answers, edits and deletes shows before the server has answered, and is taken back where that failed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { box, looked, pageOf, person, signIn, visitor, write } from "./acts.mjs";
import { accessible, becomes, close, DESKTOP, fourShots, noTroubles, PHONE, shot } from "./kit.mjs";
import {
  article,
  button,
  card,
  dialog,
  gone,
  held,
  POSTS,
  refused,
  stays,
  top,
  watchText,
} from "./pending.mjs";

after(close);
test("a post shows before the server has answered, and exactly once whoever tells of it first", async () => {
  const { page } = await visitor();
  await signIn(page);
  await write(page, "The one before.");
  const { go, reached } = await held(page, POSTS, { taken: true });
  const text = "Shown at once, with #patience.";
  await box(page).fill(text);
  await page.getByRole("combobox", { name: "Who sees it" }).selectOption("followers");
  await page.evaluate(watchText, text);
  await button(page, "Post").click();
  await card(page, text).getByText("Being sent…").waitFor();
  await card(page, text).getByText("now", { exact: true }).waitFor();
  assert.equal(await card(page, text).getByText("unsigned").count(), 0);
  assert.equal(await article(page, text).count(), 0, "nothing to open yet");
  assert.equal(await card(page, text).getByRole("button").count(), 0, "nothing to do with it yet");
  assert.equal(await box(page).inputValue(), "");
  assert.equal(await box(page).getAttribute("readonly"), "", "what one typed now would be lost");
  await page.getByText("It is on its way, and shown already.").waitFor({ state: "attached" });
  await reached;
  // The stream, or a look at the clock, may know of the post before its own answer does.
  const newer = page.waitForResponse((response) => response.url().includes("since="));
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await newer;
  await looked(page, "pending");
  assert.equal(await page.getByRole("button", { name: "1 new post" }).count(), 0);
  const before = await top(page.getByText(text));
  go();
  await article(page, text).waitFor();
  await gone(card(page, text));
  assert.equal(await article(page, text).count(), 1);
  await stays(page.getByText(text), before);
  const counts = await page.evaluate(() => window.__counts);
  assert.deepEqual([...new Set(counts.slice(counts.indexOf(1)))], [1], "never both, never neither");
  assert.equal(await box(page).getAttribute("readonly"), null);
  await page.reload();
  await article(page, text).waitFor();
  assert.equal(await box(page).inputValue(), "");
  noTroubles(page);
});

test("the first post of all takes the place of the empty list", async () => {
  const page = await pageOf(await person("first"));
  await page.goto("/");
  await page.getByText("Your home is quiet so far").waitFor();
  const { go } = await held(page, POSTS);
  await box(page).fill("My first.");
  await page.keyboard.press("Control+Enter");
  await card(page, "My first.").getByText("unsigned").waitFor();
  assert.equal(await page.getByText("Your home is quiet so far").count(), 0);
  go();
  await article(page, "My first.").waitFor();
  assert.equal(await article(page, "My first.").count(), 1);
  noTroubles(page);
});

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("pictures and tokens show with it, and are attached again where it failed", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  await page.goto("/");
  await page.getByText("Your home is quiet so far").waitFor();
  const asset = `eip155:1/erc721:0x${"a1".repeat(20)}/7`;
  const tokens = [{ asset, digest: `0x${"00".repeat(32)}`, name: "Seventh engine", image: null }];
  const draft = {
    id: "01930000-0000-7000-8000-00000000000a",
    text: "Look.",
    audience: "public",
    media: [],
    tokens,
  };
  await page.evaluate(
    ([id, kept]) =>
      localStorage.setItem(`troth.draft.${id}.new`, JSON.stringify({ ...kept, savedAt: Date.now() })),
    [ada.id, draft],
  );
  await page.reload();
  const file = { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") };
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByLabel("Describe it for people who don't see it").fill("A dot");
  const { go } = await held(page, POSTS);
  await button(page, "Post").click();
  await card(page, "Seventh engine").getByRole("img", { name: "A dot" }).waitFor();
  assert.equal(await button(page, "Remove the picture").count(), 0);
  await looked(page, "pending-attached");
  go(refused);
  await page.getByText("Not posted: Not now.").waitFor();
  await button(page, "Remove the picture").waitFor();
  await button(page, "Remove the token Seventh engine").waitFor();
  assert.equal(await page.getByLabel("Describe it for people who don't see it").inputValue(), "A dot");
  noTroubles(page);
});

test("an answer shows right below where it was written, and stays there", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  const { id } = await ada.post("/posts", { text: "What do you say?" });
  await ada.post(`/posts/${id}/comment`, { text: "Said before." });
  await page.goto(`/posts/${id}`);
  await article(page, "Said before.").waitFor();
  const { go } = await held(page, `${POSTS}/*/comment`);
  await box(page, "Write an answer").fill("Said now.");
  await page.evaluate(watchText, "Said now.");
  await button(page, "Answer").click();
  await card(page, "Said now.").waitFor();
  await looked(page, "pending-answer");
  const before = await top(page.getByText("Said now."));
  assert.ok(before < (await top(page.getByText("Said before."))));
  go();
  await article(page, "Said now.").waitFor();
  await gone(card(page, "Said now."));
  assert.equal(await article(page, "Said now.").count(), 1);
  await stays(page.getByText("Said now."), before);
  const counts = await page.evaluate(() => window.__counts);
  assert.deepEqual([...new Set(counts.slice(counts.indexOf(1)))], [1], "never both, never neither");
  await page.getByRole("link", { name: "Answer, 2 answers" }).waitFor();
  noTroubles(page);
});

for (const [how, act, said] of [
  ["gets no answer", (route) => route.abort(), "Not posted: Troth does not answer."],
  ["is refused", refused, "Not posted: Not now."],
])
  test(`a post that ${how} goes away, and the composer says why with the text in it`, async () => {
    const { page } = await visitor();
    await signIn(page);
    const { go } = await held(page, POSTS);
    await box(page).fill("Lost on the way.");
    await button(page, "Post").click();
    await card(page, "Lost on the way.").waitFor();
    go(act);
    await page.getByText(said).waitFor();
    await gone(card(page, "Lost on the way."));
    assert.equal(await box(page).inputValue(), "Lost on the way.");
    await accessible(page, "a post that failed");
    await page.unroute(POSTS);
    await button(page, "Post").click();
    await article(page, "Lost on the way.").waitFor();
    assert.equal(await article(page, "Lost on the way.").count(), 1);
    assert.equal(await page.getByText(said).count(), 0);
  });

test("a post waits for the wallet that signs it, and goes away where the wallet is left", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  wallet.hang();
  await box(page).fill("Signed by hand.");
  await button(page, "Post").click();
  await card(page, "Signed by hand.").getByText("Waits for your wallet…").waitFor({ state: "attached" });
  await dialog(page).getByText("Open your wallet: Alpha asks you to confirm").waitFor();
  await shot(page, "pending-wallet");
  await button(page, "Stop waiting").click();
  await page.getByText("Not signed, so not posted; the text is kept.").waitFor();
  await gone(card(page, "Signed by hand."));
  assert.equal(await box(page).inputValue(), "Signed by hand.");
  wallet.refuse();
  await button(page, "Post").click();
  await dialog(page).getByText("You refused in the wallet. Nothing was signed").waitFor();
  await button(page, "Not now").click();
  await page.getByText("Not signed, so not posted; the text is kept.").waitFor();
  await gone(card(page, "Signed by hand."));
  assert.equal(await box(page).inputValue(), "Signed by hand.");
  await button(page, "Post").click();
  await dialog(page).getByText("You refused in the wallet.").waitFor();
  wallet.answer();
  await button(page, "Try again").click();
  await article(page, "Signed by hand.").waitFor();
  assert.equal(await box(page).inputValue(), "");
  noTroubles(page);
});

test("a reload in the middle loses nothing, and what the server had already is not there twice", async () => {
  const { page } = await visitor();
  await signIn(page);
  const { reached } = await held(page, POSTS, { taken: true });
  await box(page).fill("Sent, and the page went.");
  await button(page, "Post").click();
  await card(page, "Sent, and the page went.").waitFor();
  await reached;
  await page.reload();
  await page.unroute(POSTS);
  await article(page, "Sent, and the page went.").waitFor();
  assert.equal(await box(page).inputValue(), "Sent, and the page went.");
  await button(page, "Post").click();
  await page.getByText("Posted.").waitFor();
  assert.equal(await article(page, "Sent, and the page went.").count(), 1);
  assert.equal(await box(page).inputValue(), "");
  noTroubles(page);
});

test("whoever goes elsewhere meanwhile sees the post there, and is told how it ended", async () => {
  const { page } = await visitor();
  await signIn(page);
  const { go } = await held(page, POSTS);
  await box(page).fill("Left on its own.");
  await button(page, "Post").click();
  await card(page, "Left on its own.").waitFor();
  const main = page.getByRole("navigation", { name: "Main" });
  await main.getByRole("link", { name: "Profile" }).click();
  await page.getByRole("navigation", { name: "Profile" }).waitFor();
  await card(page, "Left on its own.").waitFor();
  go((route) => route.abort());
  await page.getByText("Not posted, and the text is kept: Troth does not answer.").waitFor();
  await gone(card(page, "Left on its own."));
  await page.getByRole("link", { name: "Go back to it" }).click();
  await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
  assert.equal(await box(page).inputValue(), "Left on its own.");
  await page.unroute(POSTS);
  const second = await held(page, POSTS);
  await button(page, "Post").click();
  await card(page, "Left on its own.").waitFor();
  await main.getByRole("link", { name: "Profile" }).click();
  await page.getByRole("navigation", { name: "Profile" }).waitFor();
  await main.getByRole("link", { name: "Home" }).click();
  await card(page, "Left on its own.").waitFor();
  assert.equal(await box(page).getAttribute("readonly"), "", "the same draft cannot be sent twice");
  second.go();
  await article(page, "Left on its own.").waitFor();
  assert.equal(await box(page).inputValue(), "");
  assert.equal(await article(page, "Left on its own.").count(), 1);
});

test("on a phone a post shows on the page where it was written, and an edit shows its new text", async () => {
  const ada = await person("ada");
  const { id } = await ada.post("/posts", { text: "A first wording." });
  const page = await pageOf(ada, { viewport: PHONE });
  await page.goto(`/posts/new?quote=${id}`);
  const writing = await held(page, POSTS);
  await box(page).fill("Quoted from a phone.");
  await button(page, "Post").click();
  await card(page, "Quoted from a phone.").getByText("A first wording.").waitFor();
  await fourShots(page, "pending-write");
  await accessible(page, "a post on its way");
  await page.setViewportSize(PHONE);
  // Its own page needs no look at the server to be there.
  await page.route("**/api/v1/posts/*/thread*", (route) => route.abort());
  writing.go();
  await article(page, "Quoted from a phone.").waitFor();
  await page.unroute("**/api/v1/posts/*/thread*");
  await page.unroute(POSTS);

  await page.setViewportSize(DESKTOP);
  await page.goto(`/posts/${id}/edit`);
  const editing = await held(page, POSTS);
  await box(page, "Edit your post").fill("A second wording.");
  await button(page, "Save").click();
  const edit = page.getByRole("group", { name: "Your edit, on its way" });
  await edit.getByText("A second wording.").waitFor();
  await looked(page, "pending-edit");
  editing.go(refused);
  await page.getByText("Not saved: Not now.").waitFor();
  assert.equal(await box(page, "Edit your post").inputValue(), "A second wording.");
  await page.unroute(POSTS);
  const again = await held(page, POSTS);
  await button(page, "Save").click();
  await edit.waitFor();
  await page.getByRole("link", { name: "Home", exact: true }).first().click();
  await edit.getByText("A second wording.").waitFor();
  again.go();
  await article(page, "A second wording.").first().waitFor();
  await gone(edit);
});

const hasFocus = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label")?.replace(/^(Post by).*/, "$1"));
const erased = (page) => page.getByText("Erased; the commitment remains.").first();

async function askToDelete(page, text) {
  await button(article(page, text), "More").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await button(page, "Delete for good").click();
}

test("a deleted post shows as erased at once, and comes back with a sentence where that failed", async () => {
  const { page } = await visitor();
  await signIn(page);
  await write(page, "Better unsaid.");
  const { go } = await held(page, `${POSTS}/*`, { method: "DELETE" });
  await askToDelete(page, "Better unsaid.");
  await erased(page).waitFor();
  assert.equal(await article(page, "Better unsaid.").count(), 0);
  await becomes(() => hasFocus(page), "A deleted post", "the focus of the menu that is gone");
  go((route) => route.abort());
  await article(page, "Better unsaid.").waitFor();
  await page.getByText("Not erased: Troth does not answer.").waitFor();
  await becomes(() => hasFocus(page), "Post by", "and back");
  await page.unroute(`${POSTS}/*`);
  const again = await held(page, `${POSTS}/*`, { method: "DELETE" });
  await askToDelete(page, "Better unsaid.");
  await erased(page).waitFor();
  await page.evaluate(watchText, "Better unsaid.");
  again.go();
  await page.getByText("Erased. The commitment remains.").waitFor();
  await erased(page).waitFor();
  assert.deepEqual([...new Set(await page.evaluate(() => window.__counts))], [0], "not back for a moment");
  noTroubles(page);
});

test("a post whose deletion a wallet signs is erased from the signature on", async () => {
  const { page, wallet } = await visitor();
  await signIn(page, { device: false });
  await write(page, "Better unsigned.");
  wallet.refuse();
  await askToDelete(page, "Better unsigned.");
  await dialog(page).getByText("You refused in the wallet.").waitFor();
  assert.equal(await erased(page).count(), 0);
  wallet.answer();
  const { go } = await held(page, `${POSTS}/*`, { method: "DELETE" });
  await button(page, "Try again").click();
  await erased(page).waitFor();
  go();
  await page.getByText("Erased. The commitment remains.").waitFor();
  await erased(page).waitFor();
  noTroubles(page);
});
