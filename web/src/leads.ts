/* Badges read at a booth: by camera or by hand, with a network or without. */

import { forget, keep, waiting } from "./leads/queue";
import { nonce, send, type Lead } from "./leads/sending";
import { Camera, type Blind } from "./scanner/camera";
import { allowed, Sight } from "./scanner/sight";

/** Milliseconds between two tries to send what waits. */
const RETRY = 15000;

const root = document.getElementById("leads");
const ask = document.getElementById("ask");
if (root && ask instanceof HTMLDialogElement) begin(root, ask);

function begin(root: HTMLElement, ask: HTMLDialogElement): void {
  const part = <T extends HTMLElement>(name: string): T => root.querySelector<T>(`[data-part="${name}"]`) as T;
  const said = (element: HTMLElement, name: string): string => element.dataset[name] ?? "";
  const post = said(root, "post");
  const csrf = said(root, "csrf");
  const outcome = part("outcome");
  let busy = false;
  const sight = new Sight();
  let gone = !navigator.onLine;
  let flushing = false;

  root.hidden = false;
  showNetwork();
  void flush();
  setInterval(() => void flush(), RETRY);
  addEventListener("online", () => void flush());
  addEventListener("offline", () => {
    gone = true;
    showNetwork();
  });

  const start = part<HTMLButtonElement>("start");
  const camera = new Camera(
    part<HTMLVideoElement>("video"),
    (code) => {
      // Held while somebody is asked: the badge in view is the one that is asked about.
      if (sight.fresh(code, performance.now(), busy)) void read({ code });
    },
    (why) => {
      root.classList.remove("looking");
      start.hidden = why === "insecure";
      trouble(why);
    },
  );
  if (!allowed()) trouble("insecure");
  start.hidden = !allowed();
  start.addEventListener("click", () => {
    part("trouble").hidden = true;
    start.hidden = true;
    root.classList.add("looking");
    void camera.start("");
  });
  void keepPage();
  part<HTMLFormElement>("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = root.querySelector<HTMLInputElement>("#f-serial");
    if (!field?.value.trim() || busy) return;
    void read({ serial: field.value.trim() });
    field.value = "";
  });

  function trouble(name: Blind): void {
    const shown = part("trouble");
    shown.textContent = said(shown, name);
    shown.hidden = false;
  }

  function showNetwork(): void {
    const shown = part("network");
    shown.textContent = said(shown, gone ? "offline" : "online");
    shown.classList.toggle("wait", gone);
    shown.classList.toggle("calm", !gone);
  }

  async function showWaiting(): Promise<void> {
    const many = (await waiting(post)).length;
    const shown = part("waiting");
    shown.textContent = said(shown, "some").replace("#", String(many));
    shown.hidden = many === 0;
  }

  function show(name: string, lead: Lead | null = null): void {
    outcome.dataset["outcome"] = name;
    part("word").textContent = said(outcome, name);
    part("who").textContent = lead ? [lead.holder, lead.organisation].filter(Boolean).join(" · ") : "";
    const open = part<HTMLAnchorElement>("open");
    open.hidden = !lead;
    if (lead) open.href = `${said(root, "at")}/${lead.id}`;
    outcome.hidden = false;
    outcome.focus();
    navigator.vibrate?.(name === "held" || name === "later" ? 80 : [80, 60, 80]);
  }

  /** Shows the question, first in the visitor's language; answers the language of a yes, null for a no. */
  function asked(first: string): Promise<string | null> {
    const sections = Array.from(ask.querySelectorAll<HTMLElement>("[data-lang]"));
    const own = sections.find((one) => one.dataset["lang"] === first);
    if (own) ask.querySelector("h2")?.after(own);
    return new Promise((done) => {
      let answer: string | null = null;
      const click = (event: Event): void => {
        const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-said]") : null;
        if (!button) return;
        const lang = button.closest<HTMLElement>("[data-lang]")?.dataset["lang"] ?? "";
        answer = button.dataset["said"] === "yes" ? lang : null;
        ask.close();
      };
      ask.addEventListener("click", click);
      ask.addEventListener(
        "close",
        () => {
          ask.removeEventListener("click", click);
          done(answer);
        },
        { once: true },
      );
      ask.showModal();
    });
  }

  async function read(what: { code?: string; serial?: string }): Promise<void> {
    busy = true;
    try {
      const body: Record<string, unknown> = { ...what, nonce: nonce(), scanned_at: new Date().toISOString() };
      let sent = await send(post, csrf, body);
      gone = sent.kind === "gone";
      showNetwork();
      const needed = sent.kind === "answer" && sent.answer.status === "consent_needed" ? sent.answer.question : null;
      if (gone || needed) {
        const locale = await asked(needed?.locale || said(root, "locale"));
        if (locale === null) return show("refused");
        body["consent"] = needed?.version ?? said(root, "version");
        body["locale"] = locale;
        body["scanned_at"] = new Date().toISOString();
        if (!gone) sent = await send(post, csrf, body);
        if (sent.kind === "gone" || sent.kind === "later") {
          await keep({ nonce: String(body["nonce"]), post, body });
          await showWaiting();
          return show("later");
        }
      }
      if (sent.kind === "answer") show(sent.answer.status, sent.answer.lead);
      else show(sent.kind === "later" ? "many" : "failed");
    } catch {
      show("failed");
    } finally {
      busy = false;
    }
  }

  async function flush(): Promise<void> {
    if (flushing) return;
    flushing = true;
    try {
      for (const one of await waiting(post)) {
        const sent = await send(post, csrf, one.body);
        gone = sent.kind === "gone";
        if (gone || sent.kind === "later") break;
        await forget(one.at);
      }
      await showWaiting();
    } finally {
      flushing = false;
      showNetwork();
    }
  }
}

/** Opened once with a network, the page opens without one, too. */
async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  try {
    await navigator.serviceWorker.register("/portal/leads-worker.js", { scope: "/portal/", updateViaCache: "none" });
    (await navigator.serviceWorker.ready).active?.postMessage(location.pathname);
  } catch {
    // A private window, say: then it works as long as it stays open.
  }
}
