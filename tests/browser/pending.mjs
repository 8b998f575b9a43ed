// What tests of posts on their way look at, and how they hold up what is sent.
import assert from "node:assert/strict";

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const dialog = (page) => page.getByRole("dialog");
export const card = (page, text) =>
  page.getByRole("group", { name: "Your post, on its way" }).filter({ hasText: text });
export const article = (page, text) => page.getByRole("article").filter({ hasText: text });
export const gone = (locator) => locator.waitFor({ state: "detached" });
export const top = async (locator) => (await locator.boundingBox()).y;
export const stays = async (locator, before) => {
  const now = await top(locator);
  assert.ok(Math.abs(now - before) <= 2, `it was at ${before}, and is at ${now}`);
};
export const POSTS = "**/api/v1/posts";

// Matching requests wait; `go` lets them and later ones through, or does what it is told. With `taken` they reach the
// server at once, and only the answer waits.
export async function held(page, path, { taken = false, method = "POST" } = {}) {
  let go;
  let reach;
  const released = new Promise((done) => (go = done));
  const reached = new Promise((done) => (reach = done));
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    const response = taken ? await route.fetch() : null;
    reach();
    const act = await released;
    // Whoever left the page waits for no answer any more.
    await (act ? act(route) : response ? route.fulfill({ response }) : route.continue()).catch(() => null);
  });
  return { go, reached };
}

export const refused = (route) =>
  route.fulfill({
    status: 500,
    contentType: "application/problem+json",
    body: JSON.stringify({
      title: "Something went wrong",
      status: 500,
      code: "internal",
      detail: "Not now.",
    }),
  });

// In the page: in how many posts a text showed, at each change.
export function watchText(text) {
  const count = () => {
    const posts = [...document.querySelectorAll("article, [role=group]")];
    return posts.filter((one) => one.textContent.includes(text)).length;
  };
  window.__counts = [];
  new MutationObserver(() => window.__counts.push(count())).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
  });
}
