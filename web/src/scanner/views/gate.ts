/** The screen that a crew looks at all day. */

import { Gone, Refused, Revoked, type Stats } from "../api.ts";
import { Camera, type Blind } from "../camera.ts";
import { button, h } from "../dom.ts";
import type { App } from "../app.ts";
import { named, t } from "../texts.ts";
import { choice, connection, notices } from "./parts.ts";

const STATS_EVERY = 5_000;

export class GateScreen {
  readonly element: HTMLElement;
  private readonly app: App;
  private readonly camera: Camera;
  private readonly line = h("div", { class: "line-box" });
  private readonly notes = h("div", { class: "notices" });
  private readonly message = h("p", { class: "camera-word" });
  private readonly starter: HTMLButtonElement;
  private readonly torch: HTMLButtonElement;
  private readonly counts = h("p", { class: "counts" });
  private readonly undo: HTMLButtonElement;
  private readonly top = h("header", { class: "gate-top" });
  private told = "";
  private stats: Stats | null = null;
  private timer = 0;
  private wanted = false;

  constructor(app: App) {
    this.app = app;
    const video = h("video", { "aria-hidden": "true", tabindex: -1 });
    this.camera = new Camera(video, (code) => app.saw(code), (why) => this.blind(why));
    this.starter = button(t("camera_start"), () => void this.look(), "solid");
    this.torch = button(t("torch"), () => void this.light(), "quiet", { hidden: true, "aria-pressed": "false" });
    this.undo = button(t("undo"), () => void app.undoLast());
    this.message.textContent = t("wedge_ready");
    this.element = h(
      "section",
      { class: "screen gate" },
      this.top,
      this.line,
      this.notes,
      h("div", { class: "camera" }, video, h("div", { class: "frame", "aria-hidden": "true" }), h("div", { class: "camera-foot" }, this.message, this.starter, this.torch)),
      this.counts,
      h(
        "nav",
        { class: "actions", "aria-label": t("more") },
        button(t("search"), () => app.go("search")),
        button(t("walk_in"), () => app.go("walk_in")),
        this.undo,
        button(t("more"), () => app.go("more")),
      ),
    );
    this.head();
  }

  private head(): void {
    const { engine } = this.app;
    const place = engine.place();
    const { direction } = engine.settings;
    this.top.replaceChildren(
      h(
        "div",
        { class: "where" },
        h("h1", { tabindex: -1 }, place ? named(place) : t("scanner")),
        engine.places().length > 1 && button(t("change"), () => this.app.go("places"), "quiet small"),
      ),
      place?.exits
        ? choice(t("direction"), [["in", t("in")], ["out", t("out")]], direction, (value) => {
            void engine.choose({ direction: value === "out" ? "out" : "in" }).then(() => this.head());
          })
        : "",
    );
  }

  shown(): void {
    this.update();
    this.wanted ||= this.app.looks;
    if (this.wanted && !this.camera.running) void this.look();
    void this.ask();
  }

  hidden(): void {
    clearTimeout(this.timer);
    this.camera.stop();
  }

  /** A phone that woke up has lost its camera. */
  woke(): void {
    if (this.wanted && !this.camera.running) void this.look();
  }

  private async look(): Promise<void> {
    this.app.pressed();
    this.wanted = true;
    this.app.looks = true;
    this.starter.hidden = true;
    this.message.textContent = "…";
    if (!(await this.camera.start(this.app.engine.settings.camera))) return;
    this.message.textContent = t("camera_aim");
    this.torch.hidden = !this.camera.hasTorch;
  }

  private blind(why: Blind): void {
    this.message.textContent = t(`camera_${why}`);
    this.starter.hidden = why === "insecure";
    this.torch.hidden = true;
  }

  private async light(): Promise<void> {
    const lit = await this.camera.torch();
    this.torch.setAttribute("aria-pressed", String(lit));
    this.torch.classList.toggle("pressed", lit);
  }

  choices(): ReturnType<Camera["choices"]> {
    return this.camera.choices();
  }

  /** What the server counts at this checkpoint; a picture, not a promise. */
  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    const { engine } = this.app;
    const place = engine.place();
    if (place && engine.status().online && document.visibilityState === "visible") {
      try {
        this.stats = await engine.api.stats(place.code);
      } catch (fault) {
        if (!(fault instanceof Gone || fault instanceof Refused || fault instanceof Revoked)) throw fault;
        this.stats = null;
      }
      this.update();
    }
    if (this.element.isConnected) this.timer = window.setTimeout(() => void this.ask(), STATS_EVERY);
  }

  update(): void {
    const { engine } = this.app;
    const now = connection(engine);
    if (this.line.firstElementChild?.outerHTML !== now.outerHTML) this.line.replaceChildren(now);
    const said = notices(engine);
    const all = said.map((one) => one.outerHTML).join("");
    if (all !== this.told) {
      this.told = all;
      this.notes.replaceChildren(...said);
    }
    const own = engine.log.filter((one) => !one.undone);
    const of = (verdict: string): number => own.filter((one) => one.verdict === verdict).length;
    const refused = Object.values(this.stats?.refused ?? {}).reduce((sum, n) => sum + n, 0);
    this.counts.textContent =
      this.stats && engine.status().online
        ? t("count_line", { inside: this.stats.inside, admitted: this.stats.admitted, refused })
        : t("own_line", { admitted: of("admitted"), refused: of("refused") });
    this.undo.disabled = this.app.lastUndoable() === null;
    const place = engine.place();
    if (place && this.top.querySelector("h1")?.textContent !== named(place)) this.head();
  }
}
