// What people do in every test, by what they see.

import { randomUUID } from "node:crypto";
import { accessible, chainId, DESKTOP, fourShots, newPage, RPC, URL_ } from "./kit.mjs";
import { announce } from "./wallet.mjs";

// A page with one wallet in it, of nobody yet.
export async function visitor(options = {}, pageOptions = {}) {
  const page = await newPage(pageOptions);
  const wallet = await announce(page, { chainId: await chainId(), rpc: RPC, name: "Alpha", ...options });
  return { page, wallet };
}

export async function connect(page, name = "Alpha") {
  await page.goto("/signin");
  await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
}

export async function signIn(page, { name = "Alpha", handle, device = true } = {}) {
  await connect(page, name);
  await page.getByRole("button", { name: `Sign in with ${name}` }).click();
  await page.getByRole("heading", { name: "What shall people call you?" }).waitFor();
  if (handle) await page.getByLabel("Handle", { exact: true }).fill(handle);
  await page.getByRole("button", { name: handle ? "Go on" : "Later" }).click();
  await page.getByRole("heading", { name: "Allow this device" }).waitFor();
  await page.getByRole("button", { name: device ? "Allow this device" : "Not now" }).click();
  await page.getByRole("heading", { name: "Home", exact: true }).waitFor();
}

export const box = (page, name = "Write a post") => page.getByRole("textbox", { name });

export async function write(page, text) {
  await box(page).fill(text);
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await page.getByRole("article").filter({ hasText: text }).waitFor();
}

// Somebody who signed up by the API alone; `fetch` with their token.
export async function person(prefix = "reader") {
  const handle = `${prefix}_${Math.random().toString(36).slice(2, 9)}`;
  const call = async (path, { token, ...options } = {}) => {
    const headers = {
      "Content-Type": "application/json",
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    };
    // The server may close an idle connection in the moment in which it is used again: a key makes a second try safe.
    if (options.method === "POST") headers["Idempotency-Key"] = randomUUID();
    const ask = () => fetch(`${URL_}/api/v1${path}`, { ...options, headers });
    const answer = await ask().catch(ask);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  const tokens = await call("/users", {
    method: "POST",
    body: JSON.stringify({ handle, password: "long enough words" }),
  });
  const token = tokens.access_token;
  return {
    handle,
    id: tokens.account,
    get: (path) => call(path, { token }),
    patch: (path, body) => call(path, { token, method: "PATCH", body: JSON.stringify(body) }),
    post: (path, body) =>
      call(path, { token, method: "POST", ...(body ? { body: JSON.stringify(body) } : {}) }),
  };
}

// A page in which somebody is signed in already.
export async function pageOf({ handle }, pageOptions = {}) {
  const page = await newPage(pageOptions);
  const data = { handle, password: "long enough words", session: "cookie" };
  const answer = await page.request.post("/api/v1/auth/password", { data });
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`);
  return page;
}

// axe finds nothing, and there are four pictures; then the page is as it was.
export async function looked(page, name) {
  await accessible(page, name);
  await fourShots(page, name);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(DESKTOP);
}

// What matches gets no answer at all; so do its tries again, until this is taken back.
export async function cutOff(page, path) {
  await page.route(path, (route) => route.abort());
  return () => page.unroute(path);
}
