// Sessions in cookies behind https, in a real browser: a page of a sibling's domain can plant none.
//
// TROTH_UI_URL is an address of app.troth.test, TROTH_UI_HANDLE somebody who has an account there.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { becomes, close, newPage, noTroubles, open, URL_ } from "./kit.mjs";

after(close);
const PASSWORD = "a long password";
const NAMES = ["access", "csrf_access", "csrf_refresh", "refresh"].map((name) => `__Host-troth_${name}`);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const marked = async (page) => {
  const all = await page.context().cookies(URL_);
  return all.filter(({ name }) => name.startsWith("__Host-")).sort((a, b) => (a.name < b.name ? -1 : 1));
};

async function rename(page, name) {
  await page.goto("/settings/profile");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await button(page, "Save").click();
  await page.getByText("Your profile is saved.").waitFor();
}

test("behind https a browser keeps the session in cookies that no sibling can plant", async () => {
  await open(["--host-resolver-rules=MAP *.troth.test 127.0.0.1"]);
  const page = await newPage({ ignoreHTTPSErrors: true });
  await page.goto("/settings/sessions");
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Handle", { exact: true }).fill(process.env.TROTH_UI_HANDLE);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Sign in").click();
  await page.getByRole("heading", { name: "Sessions", exact: true }).waitFor();
  const ours = await marked(page);
  assert.deepEqual(
    ours.map(({ name }) => name),
    NAMES,
  );
  for (const { name, domain, path, secure, sameSite, httpOnly } of ours) {
    assert.deepEqual(
      { domain, path, secure, sameSite, httpOnly },
      {
        domain: "app.troth.test",
        path: "/",
        secure: true,
        sameSite: "Strict",
        httpOnly: !name.includes("csrf"),
      },
      name,
    );
  }
  await rename(page, "By cookie");

  const sibling = await page.context().newPage();
  await sibling.goto(URL_.replace("//app.", "//blog."));
  const kept = await sibling.evaluate((names) => {
    const where = "Domain=troth.test; Secure; SameSite=Strict; Path=/";
    for (const one of names.flatMap((name) => [name, name.slice("__Host-".length), `\u2000${name}`])) {
      // biome-ignore lint/suspicious/noDocumentCookie: it does as any page can
      document.cookie = `${one}=theirs; ${where}`;
    }
    return document.cookie;
  }, NAMES);
  assert.match(kept, /(^|; )troth_csrf_access=theirs/, "else nothing was planted at all");
  await sibling.close();
  assert.deepEqual(await marked(page), ours);
  await rename(page, "Still by cookie");

  // As after a quarter of an hour: the refresh token gives another access token.
  await page.context().clearCookies({ name: NAMES[0] });
  await rename(page, "By the next cookie");
  await becomes(async () => (await marked(page)).length, NAMES.length);
  noTroubles(page);

  await page.goto("/settings/sessions");
  await button(page, "Your account").first().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await becomes(async () => (await marked(page)).length, 0);
});
