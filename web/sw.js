// Keeps the page and its files, so that it works without a connection and never mixes two versions: a page is answered
// from the store of one version, and every other file has its contents' hash in its name.
const VERSION = "@VERSION@";
const FILES = @FILES@;
const SCOPE = self.registration.scope;
const KEPT = `rainier-${VERSION} ${SCOPE}`;
const LOOSE = { ignoreVary: true, ignoreSearch: true };
const wanted = [...FILES.page, ...(FILES[new URL(self.location).searchParams.get("draw")] ?? [])];
const names = new Set(Object.values(FILES).flat().map((name) => new URL(name, SCOPE).href));

async function install() {
  const store = await caches.open(KEPT);
  const page = await fetch("./", { cache: "no-cache" });
  const text = await page.text();
  if (!page.ok || !text.includes(VERSION)) throw new Error(`the page is not version ${VERSION}: it is being published`);
  for (const name of wanted) {
    // The page has put the module here while it loaded it.
    if (!(await store.match(name, LOOSE))) await store.add(name);
  }
  await store.put("./", new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } }));
  // The next page gets this version; those that are open have all of theirs.
  await self.skipWaiting();
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith("rainier-") && name.endsWith(` ${SCOPE}`) && name !== KEPT) await caches.delete(name);
  }
}

async function page(request) {
  const store = await caches.open(KEPT);
  return (await store.match("./")) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (request.mode === "navigate" && [SCOPE, `${SCOPE}index.html`].includes(url.origin + url.pathname)) {
    event.respondWith(page(request));
    event.waitUntil(forgetOthers());
  } else if (names.has(url.origin + url.pathname)) {
    // From any version's store: a page of the version before may still be loading.
    event.respondWith(caches.match(request, LOOSE).then((kept) => kept ?? fetch(request)));
  }
});
