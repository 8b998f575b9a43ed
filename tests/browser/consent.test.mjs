// The page on which people allow an app of somebody else, and taking it back.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { cutOff, looked, pageOf, person } from "./acts.mjs";
import { accessible, becomes, close, newPage, noTroubles, URL_ } from "./kit.mjs";

after(close);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const PASSWORD = "long enough words";
const VERIFIER = randomBytes(32).toString("base64url");

async function registered(owner, name) {
  const redirect_uris = [
    "https://reader.example/back?from=troth",
    `${URL_.replace(/localhost/, "127.0.0.1")}/about`,
  ];
  return owner.post("/oauth/apps", { name, redirect_uris });
}

function link(app, changes = {}) {
  const parts = {
    response_type: "code",
    client_id: app.client_id,
    redirect_uri: app.redirect_uris[1],
    scope: "read posts:write messages:read",
    state: "a state",
    code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
    code_challenge_method: "S256",
    ...changes,
  };
  const sent = Object.entries(parts).filter(([, value]) => value !== null);
  return `/oauth/authorize?${new URLSearchParams(sent)}`;
}

test("an app asks: the visitor signs in first, reads who asks for what, refuses, allows, and takes it back", async () => {
  const [erin, carol] = [await person("erin"), await person("carol")];
  await erin.patch("/me", { name: "Erin" });
  const app = await registered(erin, "A reader");
  const page = await newPage();
  await page.goto(link(app));
  await heading(page, "An app asks to act for you").waitFor();
  await looked(page, "consent-visitor");
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Handle", { exact: true }).fill(carol.handle);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Sign in").click();
  await heading(page, "A reader would like to act for you").waitFor();
  for (const words of [
    "Registered by Erin",
    "read your private messages",
    "post, edit and delete in your name",
  ])
    await page.getByText(words).first().waitFor();
  await looked(page, "consent");
  await button(page, "Refuse").focus();
  await page.keyboard.press("Enter");
  await heading(page, "How Troth works").waitFor();
  const refused = new URL(page.url()).searchParams;
  assert.deepEqual([refused.get("error"), refused.get("state")], ["access_denied", "a state"]);
  assert.equal((await carol.get("/oauth/consents")).items.length, 0);

  await page.goto(link(app));
  await button(page, "Allow").click();
  await heading(page, "How Troth works").waitFor();
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: new URL(page.url()).searchParams.get("code"),
    redirect_uri: app.redirect_uris[1],
    code_verifier: VERIFIER,
    client_id: app.client_id,
  });
  const answer = await fetch(`${URL_}/api/v1/oauth/token`, { method: "POST", body: form });
  assert.equal(answer.status, 200);
  const { access_token: token, scope } = await answer.json();
  assert.equal(scope, "read posts:write messages:read");
  const me = () => fetch(`${URL_}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await me()).status, 200);
  await page.goto(link(app, { scope: "read profile:write" }));
  await page.getByText("You allowed this before").waitFor();

  await page.goto("/settings/apps");
  await page.getByText("post, edit and delete in your name").waitFor();
  await looked(page, "settings-apps");
  const back = await cutOff(page, "**/api/v1/oauth/consents/*");
  await button(page, "Take back what A reader may do").click();
  await dialog(page).getByRole("button", { name: "Take back", exact: true }).click();
  await page.getByText("Still allowed: Troth does not answer").waitFor();
  await button(page, "Take back what A reader may do").waitFor();
  await back();
  await button(page, "Take back what A reader may do").click();
  await dialog(page).getByRole("button", { name: "Take back", exact: true }).click();
  await heading(page, "You allowed no app").waitFor();
  await page.getByText("A reader may do nothing for you any more.").waitFor();
  assert.equal((await me()).status, 401);
  await looked(page, "settings-apps-none");
  noTroubles(page);
});

test("a request of an app that is not right is explained, and leads nowhere by itself", async () => {
  const [erin, carol] = [await person("erin"), await person("carol")];
  const app = await registered(erin, "A reader");
  const page = await pageOf(carol);
  const cases = [
    [link(app, { client_id: "01930000-0000-7000-8000-000000000000" }), "There is no such app"],
    [link(app, { redirect_uri: "https://evil.example/" }), "This link leads somewhere else"],
    [link(app, { client_id: "nonsense" }), "This link cannot be read"],
    [link(app, { redirect_uri: null }), "This link is not complete"],
    [`${link(app)}&scope=read`, "This link is not complete"],
  ];
  for (const [address, words] of cases) {
    await page.goto(address);
    await heading(page, words).waitFor();
    await becomes(() => button(page, "Back to the app").count(), 0, words);
    await accessible(page, words);
  }
  await page.goto(link(app, { redirect_uri: "https://evil.example/" }));
  await looked(page, "consent-elsewhere");
  await page.goto(link(app, { scope: "read account" }));
  await heading(page, "A reader asks for something that is not possible").waitFor();
  await looked(page, "consent-refused");
  await button(page, "Back to the app").click();
  await heading(page, "How Troth works").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("error"), "invalid_scope");
  noTroubles(page);
});
