// Serves the Verify page where the server does not: the page as it was, and every file that it may load.
// vite.offline.ts writes the list of files and a version that changes with any of them.
const FILES = __FILES__;
const CACHE = `troth-verify-${__VERSION__}`;
const PAGE = "/verify";
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(freshOrKept(request));
  else if (FILES.includes(url.pathname)) event.respondWith(keptOrFresh(request, url.pathname));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: "no-cache" })));
}

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("troth-verify-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function freshOrKept(request) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  // A proxy whose server is gone answers, but not with the page.
  if (answer?.ok) return answer;
  const kept = await (await caches.open(CACHE)).match(PAGE);
  return kept ?? answer ?? Response.error();
}

async function keptOrFresh(request, path) {
  return (await (await caches.open(CACHE)).match(path)) ?? fetch(request);
}
