/** What is on the screen, and what a code that comes in leads to. */

import { Gone, Refused, Revoked } from "./api.ts";
import type { Choice } from "./camera.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import type { Shown } from "./shown.ts";
import { allowSound, feel } from "./feedback.ts";
import { Sight } from "./sight.ts";
import { speak, t } from "./texts.ts";
import { GateScreen } from "./views/gate.ts";
import { group } from "./views/group.ts";
import { KioskScreen } from "./views/kiosk.ts";
import { more } from "./views/more.ts";
import { zoneOf } from "./views/parts.ts";
import { search, walkIn, type WalkIn } from "./views/people.ts";
import { ended, places } from "./views/start.ts";
import { feelingOf, spokenOf, toneOf, verdict } from "./views/verdict.ts";
import { Wedge } from "./wedge.ts";

export type Screen = "places" | "gate" | "search" | "walk_in" | "more" | "kiosk" | "group" | "wiped" | "signed_out";

const STANDS = 2_500;
const KIOSK_STANDS = 4_000;
const UNDO_WITHIN = 15 * 60_000;
const MOST_AHEAD = 50;

interface Living {
  readonly element: HTMLElement;
  shown(): void;
  hidden(): void;
  woke(): void;
  update(): void;
}

export class App {
  readonly engine: Engine;
  /** The crew has opened the camera in this visit. */
  looks = false;
  private readonly root: HTMLElement;
  private readonly stage = h("div", { class: "stage" });
  private readonly over = h("div", { class: "over" });
  /** Heard at once, whatever is on the screen. */
  private readonly voice = h("div", { class: "sr", role: "alert", "aria-live": "assertive", "aria-atomic": "true" });
  private readonly sight = new Sight();
  private readonly wedge: Wedge;
  private screen: Screen = "places";
  private living: Living | null = null;
  private walking: WalkIn | null = null;
  private current: Shown | null = null;
  private holding = false;
  private timer = 0;
  private ahead: string[] = [];
  private working = false;

  constructor(engine: Engine, root: HTMLElement) {
    this.engine = engine;
    this.root = root;
    this.wedge = new Wedge((code) => this.typed(code));
    engine.onStatus = () => this.refresh();
    engine.onRevoked = (wiped) => this.go(wiped ? "wiped" : "signed_out");
  }

  begin(): void {
    document.body.classList.add("scanning");
    this.root.hidden = false;
    this.root.replaceChildren(this.stage, this.over, this.voice);
    this.wedge.listen();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.living?.woke();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.current) this.dismiss();
    });
    this.over.addEventListener("click", (event) => {
      if (!(event.target instanceof Element && event.target.closest("button")) && !this.holding) this.dismiss();
    });
    const { settings } = this.engine;
    this.go(settings.kiosk && this.engine.place() ? "kiosk" : this.engine.place() ? "gate" : "places");
    this.engine.start();
  }

  go(screen: Screen): void {
    this.living?.hidden();
    this.living = null;
    this.walking = null;
    this.screen = screen;
    this.stage.replaceChildren(this.build(screen));
    const living = this.living as Living | null;
    living?.shown();
    this.stage.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    this.stage.scrollTop = 0;
    window.scrollTo(0, 0);
  }

  private build(screen: Screen): HTMLElement {
    switch (screen) {
      case "gate":
      case "kiosk":
        this.living = screen === "gate" ? new GateScreen(this) : new KioskScreen(this);
        return this.living.element;
      case "search":
        return search(this);
      case "walk_in":
        this.walking = walkIn(this);
        return this.walking.element;
      case "more":
        return more(this);
      case "wiped":
        return this.end("wiped");
      case "signed_out":
        return this.end("signed_out");
      default:
        return places(this);
    }
  }

  private end(how: "wiped" | "signed_out"): HTMLElement {
    this.wedge.stop();
    this.dismiss();
    return how === "wiped"
      ? ended("wiped", "wiped_about", "start_again", "/scan")
      : ended("signed_out", "signed_out_about", "sign_in", "/login?next=/scan");
  }

  private refresh(): void {
    if (this.living) this.living.update();
    else if (this.screen === "places") {
      // Sent to its only checkpoint, or the list came: there is nothing left to choose.
      if (this.engine.identity?.bound && this.engine.place()) this.go("gate");
      else this.stage.replaceChildren(this.build("places"));
    }
  }

  /** Language and type size, kept on this phone; the server is told for its own pages. */
  dress(how: { lang?: string; size?: string }): void {
    const html = document.documentElement;
    if (how.lang) {
      html.lang = how.lang;
      speak(how.lang);
      this.engine.api.locale = how.lang;
    }
    if (how.size) html.dataset["size"] = how.size;
    try {
      localStorage.setItem("scanner-dress", JSON.stringify({ lang: html.lang, size: html.dataset["size"] }));
    } catch {
      // A private window: for this visit only.
    }
    const query = new URLSearchParams({ lang: html.lang, size: html.dataset["size"] ?? "normal", next: "/robots.txt" });
    void fetch(`/preferences?${query.toString()}`).catch(() => undefined);
    this.go(this.screen);
  }

  pressed(): void {
    if (this.engine.settings.sound) allowSound();
  }

  cameras(): Promise<Choice[]> {
    return navigator.mediaDevices ? new GateScreen(this).choices() : Promise.resolve([]);
  }

  // ── codes ──

  /** By the camera, many times a second. */
  saw(code: string): void {
    const waits = this.holding || this.working || this.screen === "group";
    if (this.sight.fresh(code, performance.now(), waits)) this.typed(code);
  }

  private typed(code: string): void {
    if (this.walking) {
      this.walking.take(code);
      return;
    }
    if (this.screen === "group" || this.holding || this.screen === "wiped" || this.screen === "signed_out") return;
    if (this.ahead.length < MOST_AHEAD) this.ahead.push(code);
    void this.work();
  }

  /** One after the other, however fast they come. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let code = this.ahead.shift(); code !== undefined; code = this.ahead.shift()) {
        await this.scan(code);
        if (this.holding || (this.screen as Screen) === "group") this.ahead = [];
      }
    } finally {
      this.working = false;
    }
  }

  async scan(code: string, note = ""): Promise<void> {
    if (!this.engine.place()) return;
    const found = await this.engine.scan(code, this.screen === "kiosk" ? null : undefined);
    if (!found) return;
    if ("shown" in found) {
      this.show(note ? { ...found.shown, organisation: [found.shown.organisation, note].filter(Boolean).join(" · ") } : found.shown);
      return;
    }
    const asked = found.group;
    this.living?.hidden();
    this.living = null;
    this.screen = "group";
    this.stage.replaceChildren(
      group(asked, this.engine.settings.direction, (count) => {
        this.go("gate");
        if (count !== null) void this.counted(asked.code, count);
      }),
    );
    this.dismiss();
    this.stage.querySelector<HTMLElement>("[data-go]")?.focus();
  }

  private async counted(code: string, count: number): Promise<void> {
    const found = await this.engine.scan(code, count);
    if (found && "shown" in found) this.show(found.shown);
  }

  async admit(serial: string): Promise<void> {
    try {
      const shown = await this.engine.admit(serial);
      this.go("gate");
      if (shown) this.show(shown);
    } catch (fault) {
      if (fault instanceof Revoked) return this.engine.wake();
      if (!(fault instanceof Gone || fault instanceof Refused)) throw fault;
      this.voice.textContent = fault instanceof Refused ? fault.message : t("search_offline");
      this.stage.querySelector(".hits")?.prepend(h("p", { class: "error" }, this.voice.textContent));
    }
  }

  // ── verdicts ──

  show(shown: Shown, problem = ""): void {
    clearTimeout(this.timer);
    this.current = shown;
    const kiosk = this.screen === "kiosk";
    const place = this.engine.place();
    this.holding = !kiosk && ((this.engine.settings.hold ?? place?.hold ?? false) || shown.note !== "");
    const zone = zoneOf(this.engine);
    const undo = this.canUndo(shown) ? () => void this.undo(shown) : null;
    const made = verdict({ shown, zone, now: this.engine.now(), kiosk, next: () => this.dismiss(), undo, problem });
    this.over.replaceChildren(made);
    this.stage.inert = true;
    this.voice.textContent = spokenOf(shown, zone);
    feel(feelingOf(shown), this.engine.settings.sound);
    made.querySelector<HTMLElement>("[data-next]")?.focus({ preventScroll: true });
    this.living?.update();
    const calm = document.documentElement.dataset["size"] === "large";
    if (kiosk) this.timer = window.setTimeout(() => this.dismiss(), KIOSK_STANDS);
    else if (!this.holding && !calm && toneOf(shown) === "good" && !shown.undone) {
      this.timer = window.setTimeout(() => this.dismiss(), STANDS);
    }
  }

  dismiss(): void {
    clearTimeout(this.timer);
    this.current = null;
    this.holding = false;
    this.over.replaceChildren();
    this.stage.inert = false;
    this.living?.update();
    // Where the keyboard was before the verdict stood there.
    if (document.activeElement === document.body) this.stage.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  private canUndo(shown: Shown): boolean {
    return shown.verdict === "admitted" && !shown.undone && shown.nonce !== "" && this.engine.now() - shown.at < UNDO_WITHIN;
  }

  lastUndoable(): Shown | null {
    const last = this.engine.log.find((one) => one.verdict === "admitted" && !one.undone);
    return last && this.canUndo(last) ? last : null;
  }

  async undoLast(): Promise<void> {
    const last = this.lastUndoable();
    if (last) await this.undo(last);
  }

  private async undo(shown: Shown): Promise<void> {
    try {
      await this.engine.undo(shown);
      this.show({ ...shown, undone: true, note: "" });
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      this.show(shown, t("undo_failed", { why: fault.message }));
    }
  }
}
