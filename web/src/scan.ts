/* The scanner's page: works without a network once it was opened, and never forgets a scan. */

import { Api, Gone, Refused, Revoked } from "./scanner/api";
import { App } from "./scanner/app";
import { reader } from "./scanner/camera";
import { h } from "./scanner/dom";
import { Engine } from "./scanner/engine";
import { allowed, inWeChat } from "./scanner/sight";
import { Store } from "./scanner/store";
import { speak, t } from "./scanner/texts";
import { EnrolCamera } from "./scanner/views/start";

const root = document.getElementById("scanner");
const welcome = document.getElementById("welcome");
if (root && welcome) void begin(root, welcome);

/** What this phone was set to, whatever page was kept for when there is no network. */
function dressed(): void {
  const html = document.documentElement;
  try {
    if (root?.dataset["kept"] === undefined) {
      localStorage.setItem("scanner-dress", JSON.stringify({ lang: html.lang, size: html.dataset["size"] }));
    } else {
      const kept = JSON.parse(localStorage.getItem("scanner-dress") ?? "{}") as { lang?: string; size?: string };
      if (kept.lang) html.lang = kept.lang;
      if (kept.size) html.dataset["size"] = kept.size;
    }
  } catch {
    // Nothing kept, or nothing that can be read.
  }
  speak(document.documentElement.lang);
}

async function begin(root: HTMLElement, welcome: HTMLElement): Promise<void> {
  dressed();
  for (const one of welcome.querySelectorAll<HTMLElement>("[data-needs-script]")) one.hidden = false;
  if (inWeChat(navigator.userAgent)) welcome.prepend(h("div", { class: "notice bad" }, h("p", {}, t("wechat"))));
  if (!allowed()) {
    const hint = welcome.querySelector<HTMLElement>("[data-insecure]");
    if (hint) hint.hidden = false;
  }
  const api = new Api();
  api.locale = document.documentElement.lang;
  const engine = new Engine(api, new Store(), root.dataset["version"] ?? "");
  const app = new App(engine, root);
  enrolment(engine, app, welcome);
  await install();
  await engine.restore();
  if (engine.identity) open(app, welcome);
}

function open(app: App, welcome: HTMLElement): void {
  welcome.remove();
  app.begin();
  // Loaded while there is a network, for when there is none.
  void reader().catch(() => undefined);
}

function enrolment(engine: Engine, app: App, welcome: HTMLElement): void {
  const form = welcome.querySelector<HTMLFormElement>("form[data-enrol]");
  const code = form?.querySelector<HTMLInputElement>('[name="code"]');
  const called = form?.querySelector<HTMLInputElement>('[name="name"]');
  const problem = welcome.querySelector<HTMLElement>("[data-problem]");
  if (!form || !code || !problem) return;
  const say = (text: string): void => {
    problem.hidden = !text;
    problem.textContent = text;
    if (text) problem.focus();
  };
  const enrol = async (typed: string): Promise<void> => {
    say("");
    try {
      const made = await engine.api.enrol(typed, called?.value.trim() ?? "");
      await engine.identify({ token: made.token, name: made.name, bound: made.checkpoint });
      history.replaceState(null, "", "/scan");
      open(app, welcome);
    } catch (fault) {
      if (fault instanceof Gone) say(t("enrol_failed"));
      else if (fault instanceof Refused || fault instanceof Revoked) {
        const more = fault instanceof Refused ? fault.faults[0]?.message : "";
        say(more || fault.message);
      } else throw fault;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (code.value.trim()) void enrol(code.value);
    else {
      say(t("required"));
      code.focus();
    }
  });
  const fromAddress = codeIn(location.hash);
  if (fromAddress) code.value = fromAddress;
  addEventListener("hashchange", () => {
    const later = codeIn(location.hash);
    if (later) code.value = later;
  });
  welcome.querySelector("[data-enrol-camera]")?.addEventListener("click", (event) => {
    const opener = event.currentTarget as HTMLElement;
    opener.hidden = true;
    const looking = new EnrolCamera(
      (seen) => {
        const found = codeIn(seen);
        if (!found) return;
        looking.stop();
        opener.hidden = false;
        code.value = found;
        void enrol(found);
      },
      () => {
        opener.hidden = false;
        opener.focus();
      },
    );
    opener.after(looking.element);
    looking.start();
  });
  welcome.querySelector("[data-session]")?.addEventListener("click", () => {
    say("");
    void engine.api
      .session()
      .then(async (who) => {
        engine.api.csrf = who.csrf ?? "";
        await engine.identify({ token: null, name: who.name, bound: null });
        open(app, welcome);
      })
      .catch((fault: unknown) => say(fault instanceof Gone ? t("enrol_failed") : t("session_failed")));
  });
}

/** From the address that the desk's QR code holds. */
function codeIn(text: string): string {
  const found = /#enrol=([0-9A-Za-z%-]{4,40})/.exec(text);
  return found ? decodeURIComponent(found[1] ?? "") : "";
}

async function install(): Promise<void> {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  try {
    await navigator.serviceWorker.register("/scan/sw.js", { scope: "/scan", updateViaCache: "none" });
  } catch {
    // A private window, say: then it works as long as it stays open.
  }
}
