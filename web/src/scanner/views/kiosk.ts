/** People scan their own badges; only the PIN ends it. */

import type { App } from "../app.ts";
import { Camera } from "../camera.ts";
import { button, field, h } from "../dom.ts";
import { fits, Tries } from "../pin.ts";
import { named, t } from "../texts.ts";
import { connection } from "./parts.ts";

const tries = new Tries();

export class KioskScreen {
  readonly element: HTMLElement;
  private readonly camera: Camera;
  private readonly app: App;
  private readonly line = h("div", {});
  private readonly lock = h("div", { class: "kiosk-lock" });

  constructor(app: App) {
    this.app = app;
    const video = h("video", { "aria-hidden": "true", tabindex: -1 });
    const word = h("p", { class: "camera-word", role: "status" });
    this.camera = new Camera(video, (code) => app.saw(code), (why) => {
      word.textContent = t(`camera_${why}`);
    });
    const place = app.engine.place();
    this.element = h(
      "section",
      { class: "screen kiosk" },
      h("h1", { tabindex: -1 }, t("kiosk_hint")),
      place && h("p", { class: "of" }, named(place)),
      h("div", { class: "camera" }, video, h("div", { class: "frame", "aria-hidden": "true" }), h("div", { class: "camera-foot" }, word)),
      this.line,
      this.lock,
    );
    this.locked();
  }

  private locked(): void {
    this.lock.replaceChildren(button(t("kiosk_end"), () => this.ask(), "quiet small"));
  }

  private ask(error = ""): void {
    const pin = h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 8 });
    const form = h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          void this.tried(pin.value);
        },
      },
      field(t("pin"), pin, "", error),
      h("button", { type: "submit", class: "button solid" }, t("unlock")),
      button(t("cancel"), () => this.locked()),
    );
    this.lock.replaceChildren(form);
    pin.focus();
  }

  private async tried(pin: string): Promise<void> {
    const wait = tries.wait(Date.now());
    if (wait > 0) return this.ask(t("pin_wait", { n: Math.ceil(wait / 1000) }));
    if (!(await fits(pin, this.app.engine.settings.pin))) {
      tries.failed(Date.now());
      return this.ask(t("pin_wrong"));
    }
    tries.passed();
    await this.app.engine.choose({ kiosk: false, pin: "" });
    this.app.go("gate");
  }

  shown(): void {
    this.update();
    void this.camera.start(this.app.engine.settings.camera);
  }

  hidden(): void {
    this.camera.stop();
  }

  woke(): void {
    if (!this.camera.running) void this.camera.start(this.app.engine.settings.camera);
  }

  update(): void {
    this.line.replaceChildren(connection(this.app.engine));
  }
}
