/* Keeps a page and what it is made of, so that it opens without a network. One version at a time. */

interface Lifetime extends Event {
  waitUntil(what: Promise<unknown>): void;
}
interface Fetched extends Lifetime {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lifetime {
  readonly data: unknown;
}
interface Worker {
  readonly YINBO: {
    readonly name: string;
    readonly version: string;
    readonly files: readonly string[];
    /** Which pages it keeps: an expression that their path fits. */
    readonly pages: string;
    /** Where the one page of all these is for everybody; empty where each is its own, kept as it was last seen. */
    readonly same: string;
    readonly patience: number;
  };
  addEventListener(name: "install" | "activate", listener: (event: Lifetime) => void): void;
  addEventListener(name: "message", listener: (event: Told) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetched) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const worker = globalThis as unknown as Worker;
const { name: OF, files, same: SAME, patience: PATIENCE } = worker.YINBO;
const PAGES = new RegExp(worker.YINBO.pages);
const NAME = `${OF} ${worker.YINBO.version}`;

async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(files.map((file) => new Request(file, { cache: "reload" })));
  if (SAME) {
    // Of nobody who is signed in.
    const page = await fetch(`${SAME}?kept`, { credentials: "omit", cache: "reload" });
    if (!page.ok) throw new Error(`${SAME}: ${page.status}`);
    await cache.put(SAME, page);
  } else {
    await again(cache);
  }
  await worker.skipWaiting();
}

/** The pages that an earlier version kept, as they are now: what they were made of goes with it. */
async function again(cache: Cache): Promise<void> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(`${OF} `) || name === NAME) continue;
    for (const one of await (await caches.open(name)).keys()) {
      if (PAGES.test(new URL(one.url).pathname)) await keep(cache, one.url);
    }
  }
}

async function keep(cache: Cache, address: string): Promise<void> {
  const answer = await fetch(address);
  if (answer.status === 200 && !answer.redirected) await cache.put(address, answer);
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(`${OF} `) && name !== NAME) await caches.delete(name);
  await worker.clients.claim();
}

function address(request: Request): string {
  return new URL(request.url).pathname;
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(SAME || address(request));
  if (SAME && !kept) return fetch(request);
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: wait.signal });
    if (answer.status >= 500 && kept) return kept;
    if (!SAME && answer.status === 200 && !answer.redirected) await cache.put(address(request), answer.clone());
    return answer;
  } catch (fault) {
    if (!kept) throw fault;
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
/** From a page that was opened before its worker was there. */
worker.addEventListener("message", (event) => {
  const path = event.data;
  if (!SAME && typeof path === "string" && PAGES.test(path)) event.waitUntil(caches.open(NAME).then((cache) => keep(cache, path)));
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.test(address.pathname)) event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/") || address.pathname === "/scan/manifest.webmanifest") event.respondWith(file(request));
});
