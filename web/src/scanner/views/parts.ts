/** Pieces that several screens show. */

import { NOTICEABLE, whenOf } from "../clock.ts";
import { button, h } from "../dom.ts";
import type { Engine } from "../engine.ts";
import { t } from "../texts.ts";

export const zoneOf = (engine: Engine): string => engine.known()?.edition.timezone ?? "Asia/Shanghai";

export function time(engine: Engine, at: number): string {
  return whenOf(at, engine.now(), zoneOf(engine));
}

/** Always there; a word beside the colour. */
export function connection(engine: Engine): HTMLElement {
  const { online, since, waiting, faulty } = engine.status();
  const words = online ? t("online") : since === null ? t("offline") : t("offline_since", { time: time(engine, since) });
  return h(
    "p",
    { class: online ? "line on" : "line off", "data-online": online ? "yes" : "no", "data-waiting": waiting, "data-faulty": faulty },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("b", {}, words),
    waiting > 0 && h("span", {}, t(online ? "sending" : "waiting", { n: waiting })),
  );
}

/** What the crew has to know, each with its own way out where there is one. */
export function notices(engine: Engine): HTMLElement[] {
  const out: HTMLElement[] = [];
  const { online, skew, faulty, trouble } = engine.status();
  const note = (kind: string, ...what: (Node | string)[]): void => {
    out.push(h("div", { class: `notice ${kind}` }, ...what));
  };
  const { trouble: disk } = engine.store;
  if (disk) note("bad", h("p", {}, t(disk === "full" ? "disk_full" : "disk_broken")));
  if (trouble) note("bad", h("p", {}, trouble));
  if (!online) {
    const fresh = engine.known()?.fresh ?? null;
    if (fresh === null) note("wait", h("p", {}, t("offline_nolist")));
    else {
      const at = { time: time(engine, fresh) };
      note(
        "wait",
        h("p", {}, t("offline_what", at)),
        h(
          "details",
          {},
          h("summary", {}, t("offline_cannot")),
          h("ul", {}, h("li", {}, t("offline_issued", at)), h("li", {}, t("offline_others", at)), h("li", {}, t("offline_full"))),
        ),
      );
    }
  }
  if (faulty) note("bad", h("p", {}, t("faulty", { n: faulty })));
  if (Math.abs(skew) >= NOTICEABLE) {
    const n = Math.round(Math.abs(skew) / 60_000);
    note("wait", h("p", {}, t("clock_wrong", { n, way: t(skew > 0 ? "fast" : "slow") })));
  }
  return out;
}

export function heading(title: string, back: (() => void) | null): HTMLElement {
  return h("header", { class: "screen-top" }, back && button(t("back"), back), h("h1", { tabindex: -1 }, title));
}

/** One of a few, as buttons that stay pressed. */
export function choice(label: string, of: readonly (readonly [string, string])[], now: string, pick: (value: string) => void): HTMLElement {
  return h(
    "div",
    { class: "choice", role: "group", "aria-label": label },
    of.map(([value, text]) =>
      button(text, () => pick(value), value === now ? "pressed" : "quiet", { "aria-pressed": String(value === now) }),
    ),
  );
}
