// Settings of what people see and are told, in a real browser against a real stack.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cutOff, looked, pageOf, person } from "./acts.mjs";
import { accessible, becomes, close, newPage, noTroubles, PHONE } from "./kit.mjs";

after(close);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const PASSWORD = "long enough words";

// A PNG of 64 by 64 pixels, drawn in the page itself.
async function picture(page) {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = `rgb(${[1, 2, 3].map(() => Math.floor(Math.random() * 255))})`;
    pen.fillRect(0, 0, 64, 64);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

test("settings are a list of sections, each with an address; a visitor signs in and comes back", async () => {
  const ada = await person("ada");
  const page = await newPage();
  await page.goto("/settings/sessions");
  await page.getByRole("heading", { name: "Sign in first" }).waitFor();
  await accessible(page, "settings, signed out");
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Handle", { exact: true }).fill(ada.handle);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Sign in").click();
  await heading(page, "Sessions").waitFor();
  await becomes(() => new URL(page.url()).pathname, "/settings/sessions");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  await heading(page, "Settings").waitFor();
  await looked(page, "settings-overview");
  await page.setViewportSize(PHONE);
  await button(page, "Your account").first().click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("link", { name: /^Export/ }).focus();
  await page.keyboard.press("Enter");
  await heading(page, "Export").waitFor();
  await button(page, "Back").click();
  await heading(page, "Settings").waitFor();
  await page.goto("/settings/nonsense");
  await page.getByText("There is nothing at this address").waitFor();
  noTroubles(page);
});

test("profile: picture, name, bio, links; what is wrong is said at its field, what came between is kept", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  await page.goto("/settings/profile");
  await page.locator("input[type=file]").setInputFiles(await picture(page));
  await button(page, "Remove it").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await page.getByLabel("Bio", { exact: true }).fill("Notes on the engine.");
  await page.getByLabel("Link 1", { exact: true }).fill("http://ada.example/notes");
  await button(page, "Save").click();
  await page.getByRole("alert").filter({ hasText: "https" }).waitFor();
  await looked(page, "settings-profile");
  await page.getByLabel("Link 1", { exact: true }).fill("ada.example/notes");
  await button(page, "Save").click();
  await page.getByText("Your profile is saved.").waitFor();
  const saved = (await ada.get("/me")).profile;
  assert.equal(saved.name, "Ada Lovelace");
  assert.deepEqual(saved.links, ["https://ada.example/notes"]);
  assert.ok(saved.avatar);
  await becomes(() => page.getByLabel("Link 1", { exact: true }).inputValue(), "https://ada.example/notes");

  await ada.patch("/me", { bio: "Written elsewhere." });
  await page.getByLabel("Name", { exact: true }).fill("Ada King");
  await button(page, "Save").click();
  await page.getByText("Your profile was changed elsewhere").waitFor();
  await accessible(page, "a profile that was changed elsewhere");
  await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok()),
    button(page, "Save what I changed").click(),
  ]);
  await page.getByText("Your profile was changed elsewhere").waitFor({ state: "detached" });
  const both = (await ada.get("/me")).profile;
  assert.deepEqual([both.name, both.bio], ["Ada King", "Written elsewhere."]);
  await becomes(() => page.getByLabel("Bio", { exact: true }).inputValue(), "Written elsewhere.");

  await ada.patch("/me", { name: "Countess" });
  await page.getByLabel("Name", { exact: true }).fill("Nobody");
  await button(page, "Save").click();
  await button(page, "Show what is there now").click();
  await page.waitForFunction(() => document.querySelector("input[autocomplete=name]").value === "Countess");
  await becomes(() => button(page, "Save").isDisabled(), true);
  noTroubles(page);
});

test("preferences hold at once, go back where the server refuses, and say when they were changed elsewhere", async () => {
  const ada = await person("ada");
  const page = await pageOf(ada);
  await page.goto("/settings/preferences");
  const likes = page.getByLabel("Likes of your posts");
  await likes.selectOption("following");
  await page.getByLabel("Mentions of you").selectOption("off");
  await page.getByLabel("Your posts have become provable").selectOption("off");
  await page.waitForFunction(
    async () => {
      const { kinds } = await (await fetch("/api/v1/notifications/preferences")).json();
      return kinds.like === "following" && kinds.mention === "off" && kinds.anchored === "off";
    },
    null,
    { polling: 200 },
  );
  await looked(page, "settings-preferences");
  const back = await cutOff(page, "**/notifications/preferences");
  await likes.selectOption("off");
  await page.getByText("Not changed: Troth does not answer").waitFor();
  await becomes(() => likes.inputValue(), "following");
  await back();
  await page.reload();
  await likes.waitFor();
  await becomes(() => likes.inputValue(), "following");

  await page.getByRole("radio", { name: "People whom you follow" }).check();
  await page.waitForFunction(
    async () => (await (await fetch("/api/v1/messages/preferences")).json()).accept === "following",
    null,
    { polling: 200 },
  );
  await page.evaluate(async () => {
    const csrf = /troth_csrf_access=([^;]+)/.exec(document.cookie)[1];
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
    const body = JSON.stringify({ kinds: { like: "all" } });
    await fetch("/api/v1/notifications/preferences", { method: "PUT", headers, body });
  });
  await page.getByLabel("New followers").selectOption("off");
  await page.getByText("it was changed elsewhere meanwhile").waitFor();
  await page.waitForFunction(() => document.querySelector("select").form !== undefined);
  await becomes(() => page.getByLabel("New followers").inputValue(), "all");

  await page.getByRole("radio", { name: "Dark" }).check();
  await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.reload();
  await page.getByRole("radio", { name: "Dark" }).waitFor();
  await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.getByRole("radio", { name: "As the system has it" }).check();
  noTroubles(page);
});

test("whom one muted and blocked is listed, and taken back", async () => {
  const [ada, bob, eve] = [await person("ada"), await person("bob"), await person("eve")];
  await ada.post(`/users/${bob.id}/mute`);
  await ada.post(`/users/${eve.id}/block`);
  const page = await pageOf(ada);
  await page.goto("/settings/people");
  await button(page, `Unmute @${bob.handle}`).waitFor();
  await button(page, `Unblock @${eve.handle}`).waitFor();
  await looked(page, "settings-people");
  await button(page, `Unmute @${bob.handle}`).click();
  await page.getByText(`You no longer mute @${bob.handle}.`).waitFor();
  await page.reload();
  await page.getByText("You muted nobody.").waitFor();
  await button(page, `Unblock @${eve.handle}`).waitFor();
  noTroubles(page);
});

test("one's own apps and webhooks: made with a secret that is shown once, tried out, and deleted", async () => {
  const page = await pageOf(await person("erin"));
  await page.goto("/settings/developer");
  await page.getByText("You registered none.").waitFor();
  await looked(page, "settings-developer-none");
  await button(page, "Register an app").click();
  await page.getByLabel("Name", { exact: true }).fill("A reader");
  await page.getByLabel("Redirect URIs").fill("http://reader.example/back");
  await page.getByRole("radio", { name: "On a server of yours" }).check();
  await button(page, "Register").click();
  await page.getByRole("alert").filter({ hasText: "https" }).waitFor();
  await looked(page, "settings-developer-register");
  await page.getByLabel("Redirect URIs").fill("https://reader.example/back\nhttp://127.0.0.1:9000/");
  await button(page, "Register").click();
  await heading(page, "The app is registered").waitFor();
  await dialog(page).getByText("client_secret").waitFor();
  await looked(page, "settings-developer-registered");
  await button(page, "I have kept it").click();
  await page.getByText("http://127.0.0.1:9000/").waitFor();
  await becomes(() => page.getByText("client_secret").count(), 0);

  await button(page, "Add a webhook").click();
  await page.getByLabel("Address").fill("http://hooks.example/");
  await button(page, "Add it").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Address").fill("https://hooks.invalid/troth");
  await page.getByRole("checkbox", { name: "Likes of your posts" }).uncheck();
  await looked(page, "settings-webhook-new");
  await button(page, "Add it").click();
  await heading(page, "The webhook is there").waitFor();
  await button(page, "I have kept it").click();
  await page.getByText("https://hooks.invalid/troth").waitFor();
  await button(page, "Test hooks.invalid").click();
  await page.getByText(/Tried (once|\d+ times):/).waitFor({ timeout: 60_000 });
  await looked(page, "settings-developer");
  await button(page, "Delete hooks.invalid").click();
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("There is none. It needs the https address").waitFor();
  await button(page, "Delete A reader").click();
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("You registered none.").waitFor();
  noTroubles(page);
});
