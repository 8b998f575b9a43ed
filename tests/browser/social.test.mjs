// People, search, notifications, messages and moderation in a real browser against a real stack.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { pageOf, person } from "./acts.mjs";
import { accessible, becomes, close, DESKTOP, fourShots, newPage, noTroubles, PHONE, shot } from "./kit.mjs";

after(close);
const troth = promisify(execFile);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const part = (page, name) => page.getByRole("navigation").getByRole("link", { name, exact: true });
const item = (page, name) => page.getByRole("menuitem", { name, exact: true });

async function looked(page, name) {
  await accessible(page, name);
  await fourShots(page, name);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

// The next matching request gets no answer at all; so do its tries again, until this is taken back.
async function cutOff(page, path) {
  await page.route(path, (route) => route.abort());
  return () => page.unroute(path);
}

const CLAIM = {
  kind: "domain",
  schema: "0x00",
  issuer: { address: `0x${"ab".repeat(20)}`, name: "Troth" },
  state: "valid",
  value: "ada.example",
  basis: "dns",
  issued_at: "2026-01-05T10:00:00Z",
  expires_at: "2027-01-05T10:00:00Z",
  ended_at: null,
  reason: null,
  digest: "0x01",
};

test("a profile: follow with roll-back, claims, mute, block, report, lists", async () => {
  const [ada, bob] = [await person("ada"), await person("bob")];
  const bio = "Notes on the engine. With @babbage and #engines.";
  await ada.patch("/me", { name: "Ada Lovelace", bio, links: ["https://ada.example/notes"] });
  await ada.post("/posts", { text: "The engine weaves algebraical patterns. #engines", audience: "public" });
  const page = await pageOf(bob);
  const items = [
    CLAIM,
    {
      ...CLAIM,
      kind: "email",
      value: null,
      state: "revoked",
      basis: "code",
      digest: "0x02",
      reason: "key_lost",
      ended_at: "2026-02-01T10:00:00Z",
    },
  ];
  await page.route("**/api/v1/users/*/claims", (route) =>
    route.fulfill({ json: { at: CLAIM.issued_at, items } }),
  );
  await page.goto(`/@${ada.handle}`);
  await heading(page, "Ada Lovelace").waitFor();
  await page.getByText("algebraical patterns").waitFor();
  await page.getByRole("button", { name: "ada.example" }).click();
  for (const words of ["Troth", "A record in the domain’s DNS", "January 5, 2026", "January 5, 2027"])
    await page.getByRole("definition").filter({ hasText: words }).filter({ visible: true }).first().waitFor();
  await looked(page, "profile");
  await page.keyboard.press("Escape");
  await becomes(() => page.getByRole("definition").filter({ visible: true }).count(), 0);

  const back = await cutOff(page, "**/users/*/follow");
  await button(page, "Follow Ada Lovelace").click();
  await button(page, "Following Ada Lovelace: unfollow").waitFor();
  await page.getByText("Not followed: Troth does not answer").waitFor();
  await button(page, "Follow Ada Lovelace").waitFor();
  await back();
  await button(page, "Follow Ada Lovelace").click();
  await page.getByRole("link", { name: "1 follower" }).click();
  await page.getByRole("article", { name: `@${bob.handle}` }).waitFor();
  await becomes(() => new URL(page.url()).pathname, `/@${ada.handle}/followers`);
  await accessible(page, "followers");
  await page.goBack();
  await page.getByText("algebraical patterns").waitFor();

  const more = button(page, "More about Ada Lovelace");
  await more.click();
  await item(page, "Mute").click();
  await page.getByText("You mute Ada Lovelace:").waitFor();
  await button(page, "Unmute").click();
  await more.click();
  await item(page, "Report").click();
  await dialog(page).getByRole("button", { name: "Report" }).click();
  await page.getByText("Reported. Moderators will look at it.").waitFor();
  await more.click();
  await item(page, "Block").click();
  await dialog(page).getByRole("button", { name: "Block" }).click();
  await page.getByText("You block Ada Lovelace: neither").waitFor();
  await button(page, "Unblock Ada Lovelace").click();
  await button(page, "Follow Ada Lovelace").waitFor();

  await page.goto("/@nobody_of_that_name");
  await heading(page, "There is nobody here by that name").waitFor();
  await page.goto("/nowhere-at-all");
  noTroubles(page);
});

test("search: people, posts and hashtags, in the address, and kept lately", async () => {
  const mark = Math.random().toString(36).slice(2, 10);
  const ada = await person(`s${mark.slice(0, 6)}`);
  await ada.patch("/me", { name: `Seeker ${mark}`, bio: "Looks for things." });
  await ada.post("/posts", { text: `A ${mark} of engines #${mark}tag`, audience: "public" });
  const page = await newPage();
  await page.goto("/search");
  await heading(page, "Find people, posts and hashtags").waitFor();
  await page.getByRole("searchbox").fill(mark);
  await page.getByRole("article", { name: `Seeker ${mark}` }).waitFor();
  await page.waitForURL(`**/search?q=${mark}`);
  await looked(page, "search");
  await part(page, "Posts").click();
  await page.getByText(`A ${mark} of engines`).waitFor();
  await part(page, "Hashtags").click();
  await page.getByRole("link", { name: `${mark}tag` }).click();
  await heading(page, `#${mark}tag`).waitFor();
  await page.getByText(`A ${mark} of engines`).waitFor();
  await looked(page, "tag");
  await page.goBack();
  await page.waitForURL(`**/search?q=${mark}&in=tags`);
  await button(page, "Clear the search").click();
  await page.getByRole("link", { name: mark }).waitFor();
  await button(page, `Forget “${mark}”`).click();
  await heading(page, "Find people, posts and hashtags").waitFor();
  noTroubles(page);
});

test("notifications: live, counted in the title, read by being seen, filtered", async () => {
  const [ada, bob, cy] = [await person("ada"), await person("bob"), await person("cy")];
  const page = await pageOf(ada);
  await page.goto("/notifications");
  await heading(page, "Nothing to tell you yet").waitFor();
  await accessible(page, "no notifications");
  const post = await ada.post("/posts", { text: "Told of it.", audience: "public" });
  await bob.post(`/posts/${post.id}/like`);
  await bob.post(`/posts/${post.id}/comment`, { text: "Well said, Ada." });
  await page.getByRole("link", { name: `@${bob.handle} liked your post` }).waitFor();
  await page.goto("/search");
  await cy.post(`/posts/${post.id}/like`);
  await cy.post(`/users/${ada.id}/follow`);
  await page.waitForFunction(() => /^\(\d+\) /.test(document.title));
  await page.getByRole("link", { name: /^Notifications.*unread/ }).click();
  await page.getByRole("link", { name: / liked your post/ }).waitFor();
  await page.getByRole("link", { name: `@${cy.handle} followed you` }).waitFor();
  await looked(page, "notifications");
  await page.waitForFunction(() => document.title === "Notifications · Troth");
  await part(page, "Follows").click();
  await page.waitForURL("**/notifications?show=follows");
  await page.getByText("liked your post").waitFor({ state: "detached" });
  await button(page, `Follow @${cy.handle}`).click();
  await button(page, `Following @${cy.handle}: unfollow`).waitFor();
  await part(page, "Talk").click();
  await page.getByRole("link", { name: `@${bob.handle} answered your post` }).click();
  await page.getByText("Well said, Ada.").first().waitFor();
  noTroubles(page);
});

test("messages: live, failed and sent again, older on scrolling, deleted, reported, blocked", async () => {
  const [ada, bob] = [await person("ada"), await person("bob")];
  const { conversation } = await bob.post("/messages", { to: ada.id, text: "Line 1 of many." });
  for (let line = 2; line <= 45; line += 1)
    await bob.post("/messages", { conversation, text: `Line ${line} of many.` });
  const page = await pageOf(ada);
  await page.goto("/messages");
  await page.getByRole("link", { name: `@${bob.handle}` }).click();
  await page.getByText("Line 45 of many.").last().waitFor();
  await page.getByText("New", { exact: true }).waitFor({ state: "attached" });
  // Read here they are read: the bell does not count them once more.
  await page.waitForFunction(() => !document.title.startsWith("("));
  await becomes(() => page.getByRole("link", { name: /unread/ }).count(), 0);
  const scroller = page.getByRole("region", { name: `Messages: @${bob.handle}` });
  await becomes(() => scroller.getByText("Line 1 of many.").count(), 0);
  await scroller.evaluate((element) => element.scrollTo({ top: -element.scrollHeight }));
  await scroller.getByText("Line 1 of many.").waitFor();
  const written = await page.getByRole("textbox", { name: "Message" }).boundingBox();
  assert.ok(written.y + written.height < DESKTOP.height, "one writes where one reads");

  const back = await cutOff(page, "**/api/v1/messages");
  const words = page.getByRole("textbox", { name: "Message" });
  await words.fill("Can you hear me?");
  await words.press("Enter");
  await page.getByText("Not sent. Troth does not answer").waitFor();
  await accessible(page, "a message that failed");
  await back();
  await button(page, "Try again").click();
  await scroller.getByText("Can you hear me?").waitFor();
  await page.getByText("Not sent.").waitFor({ state: "detached" });
  await bob.post("/messages", { conversation, text: "Loud and clear." });
  await scroller.getByText("Loud and clear.").first().waitFor();
  await looked(page, "messages");
  await page.setViewportSize(PHONE);
  await button(page, "Back").click();
  await heading(page, "Messages").waitFor();
  await shot(page, "messages-list-phone-light");
  await page.goForward();

  await scroller.getByText("Can you hear me?").hover();
  const own = scroller.locator('[data-own="true"]').last();
  await button(own, "More about this message").click();
  await item(page, "Delete").click();
  await button(page, "Delete for everybody").click();
  await page.getByText("Deleted", { exact: true }).waitFor();
  await button(page, "More about this message").last().click();
  await item(page, "Report").click();
  await dialog(page).getByRole("button", { name: "Report" }).click();
  await page.getByText("Reported. Moderators will look at it.").waitFor();
  await ada.post(`/users/${bob.id}/block`);
  await page.reload();
  await page.getByText(`You block @${bob.handle}. To write`).waitFor();
  await button(page, "Unblock").click();
  await words.waitFor();
  noTroubles(page);
});

test("a group: made, named, added to, removed from, handed over and left", async () => {
  const people = [await person("ada"), await person("bob"), await person("cy"), await person("dee")];
  const [ada, bob, cy, dee] = people;
  const page = await pageOf(ada);
  await page.goto(`/messages/new?to=${bob.id}`);
  await page.getByRole("list", { name: "To" }).getByText(`@${bob.handle}`).waitFor();
  const pick = async (label, { handle }) => {
    await page.getByRole("combobox", { name: label }).fill(handle);
    await page.getByRole("option", { name: `@${handle}` }).waitFor();
    await page.keyboard.press("Enter");
  };
  await pick("Add more people for a group", cy);
  await page.getByLabel("Name of the group").fill("Engineers");
  await accessible(page, "a new group");
  await button(page, "Make the group").click();
  await heading(page, "Engineers").waitFor();
  await button(page, "3 members").click();
  await pick("Add somebody", dee);
  await dialog(page).getByRole("heading", { name: "4 members" }).waitFor();
  await dialog(page).getByLabel("Name of the group").fill("Difference engineers");
  await dialog(page).getByRole("button", { name: "Rename" }).click();
  await dialog(page)
    .getByRole("button", { name: `Remove @${cy.handle}` })
    .click();
  await dialog(page).getByRole("heading", { name: "3 members" }).waitFor();
  await looked(page, "group");
  await dialog(page)
    .getByRole("button", { name: `Hand the group over to @${bob.handle}` })
    .click();
  await dialog(page).getByRole("button", { name: "Rename" }).waitFor({ state: "detached" });
  await button(page, "Close").click();
  await heading(page, "Difference engineers").waitFor();
  await button(page, "More about this conversation").click();
  await item(page, "Leave").click();
  await dialog(page).getByRole("button", { name: "Leave" }).click();
  await page.getByText("You left the conversation.").waitFor();
  const [left] = (await bob.get("/conversations")).items;
  assert.equal(left.owner, bob.id);
  assert.equal(left.member_count, 2);
  noTroubles(page);
});

test("moderation: a report, a decision with its reason, an appeal, the trail", async () => {
  const people = [await person("ada"), await person("bob"), await person("mod"), await person("op")];
  const [ada, bob, mod, op] = people;
  for (const [{ handle }, role] of [
    [mod, "moderator"],
    [op, "operator"],
  ])
    await troth(".venv/bin/troth", ["admin", "grant", handle, role]);
  const text = `Buy my engines, ${ada.handle} says.`;
  const post = await ada.post("/posts", { text, audience: "public" });
  await bob.post("/reports", { type: "post", subject: post.id, reason: "spam", text: "The same every day." });
  const stranger = await pageOf(bob);
  await stranger.goto("/moderation");
  await heading(stranger, "This page is for moderators").waitFor();
  await looked(stranger, "moderation-not-for-you");

  const page = await pageOf(mod);
  await page.goto("/moderation?type=post");
  const card = page.getByRole("article").filter({ hasText: text });
  await card.getByText("The same every day.").waitFor();
  await looked(page, "moderation");
  await card.getByRole("link", { name: /All about this/ }).click();
  await heading(page, "Reported: post").waitFor();
  await accessible(page, "a reported subject");
  await button(page, "Hide the post").click();
  await becomes(() => dialog(page).getByRole("button", { name: "Hide the post" }).isDisabled(), true);
  await dialog(page).getByLabel("Why").fill("Advertising, many times over.");
  await accessible(page, "a decision");
  await dialog(page).getByRole("button", { name: "Hide the post" }).click();
  await page.getByText("A post was hidden. It is in the trail.").waitFor();
  await button(page, "Show the post again").waitFor();

  const theirs = await pageOf(ada);
  await theirs.goto("/moderation/mine");
  await theirs.getByText("Reason: Advertising, many times over.").waitFor();
  await button(theirs, "Appeal").click();
  await theirs.getByLabel("Why was this wrong?").fill("It was once, and I make them.");
  await button(theirs, "Send the appeal").click();
  await theirs.getByText("Your appeal waits").waitFor();
  await looked(theirs, "moderation-mine");

  await page.goto("/moderation/appeals");
  await page
    .getByRole("article")
    .filter({ hasText: "It was once" })
    .getByText("somebody else decides")
    .waitFor();
  const above = await pageOf(op);
  await above.goto("/moderation/appeals");
  await above
    .getByRole("article")
    .filter({ hasText: "It was once" })
    .getByRole("button", { name: "Grant" })
    .click();
  await dialog(above).getByLabel("Why").fill("Once is not many times.");
  await dialog(above).getByRole("button", { name: "Grant" }).click();
  await above.getByText("Granted: what was done is undone.").waitFor();
  await above.goto("/moderation/audit");
  await above.getByText("An appeal was granted").first().waitFor();
  await looked(above, "moderation-audit");
  await theirs.reload();
  await theirs.getByText("Your appeal was granted.").waitFor();
  for (const one of [page, stranger, theirs, above]) noTroubles(one);
});
