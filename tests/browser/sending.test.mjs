// What is sent is what one wrote when one sent it, once and in one's own name, whatever happens on the way.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { box, pageOf, person } from "./acts.mjs";
import { becomes, close, noTroubles } from "./kit.mjs";
import { article, button, card, gone, held, POSTS, refused } from "./pending.mjs";

after(close);
const audience = (page) => page.getByRole("combobox", { name: "Who sees it" });
const choices = (page) => page.getByRole("listbox", { name: "Completions" });
const lost = (route) => route.abort();

async function home(who) {
  const page = await pageOf(who);
  await page.goto("/");
  await page.getByText("Your home is quiet so far").waitFor();
  return page;
}

// The bodies of the posts that a page sends.
function sentBy(page) {
  const bodies = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/v1/posts"))
      bodies.push(request.postDataJSON());
  });
  return bodies;
}

test("whoever is offline is told so, and what they write next is what is posted later", async () => {
  const page = await home(await person("offline"));
  const sent = sentBy(page);
  await page.context().setOffline(true);
  for (const text of ["First words.", "Second words."]) {
    await box(page).fill(text);
    await button(page, "Post").click();
    await page.getByText("Not posted: Troth does not answer.").waitFor();
    assert.equal(await box(page).inputValue(), text);
  }
  assert.equal(sent.length, 2, "offline there is nothing to try again");
  await page.context().setOffline(false);
  await box(page).fill("Third words.");
  await button(page, "Post").click();
  await article(page, "Third words.").waitFor();
  assert.equal(await article(page, "words.").count(), 1);
  assert.equal(await box(page).inputValue(), "");
});

test("nothing that is pressed while a post is on its way changes it, or is sent", async () => {
  const ada = await person("pressed");
  const page = await home(ada);
  const sent = sentBy(page);
  const text = `Dear @${ada.handle.slice(0, -2)}`;
  await box(page).pressSequentially(text);
  await choices(page).waitFor();
  const { go } = await held(page, POSTS);
  await page.keyboard.press("Control+Enter");
  await card(page, text).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("too late");
  await page.keyboard.press("Control+Enter");
  assert.equal(await audience(page).isDisabled(), true);
  assert.equal(await button(page, "Add pictures or a video").isDisabled(), true);
  go(refused);
  await page.getByText("Not posted: Not now.").waitFor();
  assert.equal(await box(page).inputValue(), text);
  assert.equal(await choices(page).count(), 0, "the list is not open again");
  assert.deepEqual(
    sent.map((body) => body.text),
    [text],
  );
  noTroubles(page);
});

test("a quote without words is there once, and for whom it was meant, though its answer was lost", async () => {
  const ada = await person("quoting");
  const { id } = await ada.post("/posts", { text: "Worth a quote." });
  const page = await pageOf(ada);
  await page.goto(`/posts/new?quote=${id}`);
  await audience(page).selectOption("followers");
  const { go } = await held(page, POSTS, { taken: true });
  await button(page, "Post").click();
  go(lost);
  await page.getByText("Not posted: Troth does not answer.").waitFor();
  await page.unroute(POSTS);
  await page.reload();
  await button(page, "Post").waitFor();
  assert.equal(await audience(page).inputValue(), "followers");
  await button(page, "Post").click();
  await page.getByText("Worth a quote.").waitFor();
  await becomes(async () => new URL(page.url()).pathname === "/posts/new", false);
  const list = await ada.get(`/users/${ada.id}/posts`);
  const quotes = list.items.filter((post) => post.quoted === id);
  assert.deepEqual(
    quotes.map((post) => post.audience),
    ["followers"],
  );
});

test("a request that hangs is given up, and sending again is the same post", async () => {
  const ada = await person("hanging");
  const page = await pageOf(ada);
  await page.clock.install();
  await page.goto("/");
  await page.getByText("Your home is quiet so far").waitFor();
  const sent = sentBy(page);
  const { go, reached } = await held(page, POSTS);
  await box(page).fill("Stuck on the way.");
  await button(page, "Post").click();
  await card(page, "Stuck on the way.").waitFor();
  await reached;
  await page.clock.fastForward(31_000);
  await page.getByText("Not posted: Troth takes too long to answer.").waitFor();
  await gone(card(page, "Stuck on the way."));
  assert.equal(await box(page).inputValue(), "Stuck on the way.");
  go(lost);
  await page.unroute(POSTS);
  await button(page, "Post").click();
  await article(page, "Stuck on the way.").waitFor();
  const link = article(page, "Stuck on the way.").getByRole("link", { name: "now" });
  assert.equal(await link.getAttribute("href"), `/posts/${sent[0].id}`);
});

test("what one account began is neither shown nor told to the next one in the same page", async () => {
  const [ada, bob] = [await person("leaving"), await person("coming")];
  const page = await home(ada);
  const { go, reached } = await held(page, POSTS, { taken: true });
  await box(page).fill("Ada's own.");
  await button(page, "Post").click();
  await card(page, "Ada's own.").waitFor();
  await reached;
  const data = { handle: bob.handle, password: "long enough words", session: "cookie" };
  assert.ok((await page.request.post("/api/v1/auth/password", { data })).ok());
  const other = await page.context().newPage();
  await other.goto("/about");
  await other.evaluate(() => new BroadcastChannel("troth.session").postMessage("changed"));
  await page.getByText("Your home is quiet so far").waitFor();
  await gone(card(page, "Ada's own."));
  assert.equal(await box(page).inputValue(), "");
  await box(page).fill("Bob's own.");
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  go();
  await answer;
  await page.unroute(POSTS);
  const bobs = await held(page, POSTS);
  await button(page, "Post").click();
  await card(page, "Bob's own.").waitFor();
  assert.equal(await page.getByText("Ada's own.").count(), 0);
  assert.equal(await page.getByText("Posted.").count(), 0);
  bobs.go();
  await article(page, "Bob's own.").waitFor();
  assert.equal(await page.getByText("Ada's own.").count(), 0);
  assert.equal((await bob.get(`/users/${bob.id}/posts`)).items.length, 1);
});

test("whoever changes words that had arrived is told, and finds the new ones in the post's edit", async () => {
  const page = await home(await person("changing"));
  const { go } = await held(page, POSTS, { taken: true });
  await box(page).fill("As it arrived.");
  await button(page, "Post").click();
  go(lost);
  await page.getByText("Not posted: Troth does not answer.").waitFor();
  await page.unroute(POSTS);
  await box(page).fill("As it was meant.");
  await button(page, "Post").click();
  await page.getByText("Your post had arrived as it was before you changed it.").waitFor();
  await article(page, "As it arrived.").waitFor();
  assert.equal(await box(page).inputValue(), "");
  await page.getByRole("link", { name: "Edit it" }).click();
  await becomes(() => box(page, "Edit your post").inputValue(), "As it was meant.");
  await button(page, "Save").click();
  await article(page, "As it was meant.").waitFor();
  assert.equal(await article(page, "As it arrived.").count(), 0);
  noTroubles(page);
});

test("whoever changes an edit that had arrived is told, and saves the new words after it", async () => {
  const ada = await person("editing");
  const { id } = await ada.post("/posts", { text: "First wording." });
  const page = await pageOf(ada);
  await page.goto(`/posts/${id}/edit`);
  const words = box(page, "Edit your post");
  const { go } = await held(page, POSTS, { taken: true });
  await words.fill("Second wording.");
  await button(page, "Save").click();
  go(lost);
  await page.getByText("Not saved: Troth does not answer.").waitFor();
  await page.unroute(POSTS);
  await words.fill("Third wording.");
  const read = page.waitForResponse((response) => response.url().endsWith(`/posts/${id}`));
  await button(page, "Save").click();
  await page.getByText("Not saved, and the text is kept: The post changed").waitFor();
  await read;
  // The page begins anew with the post as it is, and has the words still.
  await gone(page.getByText("Not saved: The post changed"));
  assert.equal(await words.inputValue(), "Third wording.");
  await button(page, "Save").click();
  await article(page, "Third wording.").waitFor();
  assert.equal((await ada.get(`/posts/${id}`)).version, 3);
  noTroubles(page);
});

test("a post that is published while its list is read for the first time is in it", async () => {
  const page = await pageOf(await person("early"));
  const { go, reached } = await held(page, "**/api/v1/feed/*?*", { taken: true, method: "GET" });
  await page.goto("/");
  await reached;
  await box(page).fill("Faster than the list.");
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await button(page, "Post").click();
  assert.equal((await answer).status(), 201);
  await gone(card(page, "Faster than the list."));
  go();
  await article(page, "Faster than the list.").waitFor();
  assert.equal(await article(page, "Faster than the list.").count(), 1);
  noTroubles(page);
});

test("one's own new answer stays in a thread that goes on behind it, also once the thread is read anew", async () => {
  const ada = await person("long");
  const { id } = await ada.post("/posts", { text: "Who answers?" });
  for (const text of ["One.", "Two.", "Three."]) await ada.post(`/posts/${id}/comment`, { text });
  const page = await pageOf(ada);
  await page.route("**/thread?*", (route) =>
    route.continue({ url: route.request().url().replace("limit=50", "limit=2") }),
  );
  await page.goto(`/posts/${id}`);
  await button(page, "More answers").waitFor();
  await box(page, "Write an answer").fill("My own.");
  await button(page, "Answer").click();
  await article(page, "My own.").waitFor();
  await ada.post(`/posts/${id}/like`);
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await page.getByRole("button", { name: "Take the like back, 1 likes" }).waitFor();
  assert.equal(await article(page, "My own.").count(), 1);
  await button(page, "More answers").click();
  await article(page, "Three.").waitFor();
  assert.equal(await article(page, "My own.").count(), 1);
  noTroubles(page);
});
