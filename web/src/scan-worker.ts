/* Keeps the scanner's page and what it is made of, so that it opens without a network. One version at a time. */

interface Lifetime extends Event {
  waitUntil(what: Promise<unknown>): void;
}
interface Fetched extends Lifetime {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly YINBO: { readonly version: string; readonly files: readonly string[] };
  addEventListener(name: "install" | "activate", listener: (event: Lifetime) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetched) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const worker = globalThis as unknown as Worker;
const PAGE = "/scan";
const NAME = `scanner ${worker.YINBO.version}`;
/** As for a scan: a server that hangs is gone. */
const PATIENCE = 800;

async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(worker.YINBO.files.map((file) => new Request(file, { cache: "reload" })));
  // Of nobody who is signed in.
  const page = await fetch(`${PAGE}?kept`, { credentials: "omit", cache: "reload" });
  if (!page.ok) throw new Error(`${PAGE}: ${page.status}`);
  await cache.put(PAGE, page);
  await worker.skipWaiting();
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("scanner ") && name !== NAME) await caches.delete(name);
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(PAGE);
  if (!kept) return fetch(request);
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: wait.signal });
    return answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

async function file(request: Request): Promise<Response> {
  return (await (await caches.open(NAME)).match(request)) ?? fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(tidy()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/") || address.pathname === "/scan/manifest.webmanifest") event.respondWith(file(request));
});
