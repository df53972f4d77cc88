/** Before there is anything to scan for: which checkpoint, and what happened to this phone. */

import type { App } from "../app.ts";
import { Camera } from "../camera.ts";
import { button, h } from "../dom.ts";
import { named, t, type Key } from "../texts.ts";
import { connection, heading, notices } from "./parts.ts";

export function places(app: App): HTMLElement {
  const { engine } = app;
  const all = engine.places().filter((place) => place.active);
  const { badges, loading } = engine.status();
  return h(
    "section",
    { class: "screen places" },
    heading(t("choose_place"), engine.place() ? () => app.go("gate") : null),
    connection(engine),
    notices(engine),
    loading && h("p", { class: "of" }, t("loading", { n: badges })),
    all.length === 0 && !loading && h("p", {}, t("no_places")),
    h(
      "ul",
      { class: "pick" },
      all.map((place) =>
        h("li", {}, button(`${named(place)} · ${place.code}`, () => void engine.choose({ checkpoint: place.code, direction: "in" }).then(() => app.go("gate")), "quiet")),
      ),
    ),
  );
}

/** Nothing of the list is left, or nobody is signed in. */
export function ended(title: Key, about: Key, go: Key, address: string): HTMLElement {
  return h(
    "section",
    { class: "screen ended", role: "alert" },
    h("h1", { tabindex: -1 }, t(title)),
    h("p", { class: "lead" }, t(about)),
    h("p", {}, h("a", { class: "button primary", href: address }, t(go))),
  );
}

/** Only for the code of the desk. */
export class EnrolCamera {
  readonly element: HTMLElement;
  private readonly camera: Camera;

  constructor(take: (code: string) => void, end: () => void) {
    const video = h("video", { "aria-hidden": "true", tabindex: -1 });
    const word = h("p", { class: "camera-word", role: "status" }, t("enrol_aim"));
    this.camera = new Camera(video, take, (why) => {
      word.textContent = t(`camera_${why}`);
    });
    const close = (): void => {
      this.stop();
      end();
    };
    this.element = h("div", { class: "camera enrol-camera" }, video, h("div", { class: "camera-foot" }, word, button(t("cancel"), close)));
  }

  start(): void {
    void this.camera.start("");
  }

  stop(): void {
    this.camera.stop();
    this.element.remove();
  }
}
