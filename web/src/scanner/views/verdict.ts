/** Who comes in: over the whole screen, by colour, shape, word, sound and shake together. */

import { hourOf, whenOf } from "../clock.ts";
import { button, h, svg } from "../dom.ts";
import type { Shown } from "../shown.ts";
import type { Feeling } from "../feedback.ts";
import { isKey, t } from "../texts.ts";

export type Tone = "good" | "bad" | "attention";

export function toneOf(shown: Shown): Tone {
  if (shown.verdict === "refused") return "bad";
  return shown.verdict === "admitted" && !shown.note && !shown.unlisted ? "good" : "attention";
}

export const feelingOf = (shown: Shown): Feeling => toneOf(shown);

export function wordOf(shown: Shown): string {
  if (shown.verdict === "refused") return t("refused");
  if (shown.verdict === "unjudged") return t("unjudged");
  return t(shown.direction === "out" ? "left" : "admitted");
}

export function reasonOf(shown: Shown): string {
  if (shown.verdict === "unjudged") {
    if (shown.fault === "no_list") return t("no_list");
    return shown.fault || t("not_judged");
  }
  const key = `r_${shown.reason}`;
  return shown.verdict === "refused" && isKey(key) ? t(key) : "";
}

/** A tick in a circle, a bar in an octagon, a mark in a triangle: no two have one outline. */
function shape(tone: Tone): SVGElement {
  const parts = {
    good: [
      svg("circle", { cx: 50, cy: 50, r: 44, class: "solid" }),
      svg("path", { d: "M27 52l16 16 31-34", class: "stroke" }),
    ],
    bad: [
      svg("path", { d: "M32 6h36l26 26v36L68 94H32L6 68V32z", class: "solid" }),
      svg("path", { d: "M34 34l32 32M66 34L34 66", class: "stroke" }),
    ],
    attention: [
      svg("path", { d: "M50 6l46 84H4z", class: "solid" }),
      svg("path", { d: "M50 36v26M50 74v2", class: "stroke" }),
    ],
  }[tone];
  return svg("svg", { viewBox: "0 0 100 100", class: "shape", "aria-hidden": "true", focusable: "false" }, ...parts);
}

export function groupLine(shown: Shown): string {
  if (shown.size <= 1) return "";
  const arrived = Math.min(shown.size, shown.arrived || shown.inside);
  const line = t("group_line", { size: shown.size, arrived, missing: shown.size - arrived });
  return shown.verdict === "admitted" ? `${t("people_now", { n: shown.people })} · ${line}` : line;
}

/** What is said aloud by a screen reader: the word first. */
export function spokenOf(shown: Shown, zone: string): string {
  const first = shown.verdict === "refused" && shown.first ? t("first_time", { time: hourOf(shown.first, zone) }) : "";
  return [wordOf(shown), reasonOf(shown), shown.note, shown.name, groupLine(shown), first].filter(Boolean).join(" · ");
}

export interface VerdictProps {
  readonly shown: Shown;
  readonly zone: string;
  readonly now: number;
  readonly kiosk: boolean;
  readonly next: () => void;
  readonly undo: (() => void) | null;
  readonly problem: string;
}

export function verdict(props: VerdictProps): HTMLElement {
  const { shown, zone, kiosk } = props;
  const tone = toneOf(shown);
  const kind = shown.kind && isKey(shown.kind) ? t(shown.kind) : "";
  const group = groupLine(shown);
  return h(
    "section",
    { class: `verdict ${tone}`, "data-verdict": shown.verdict, "data-reason": shown.reason, "data-nonce": shown.nonce },
    h(
      "div",
      { class: "verdict-in" },
      shape(tone),
      h("p", { class: "word" }, wordOf(shown)),
      reasonOf(shown) && h("p", { class: "why" }, reasonOf(shown)),
      shown.verdict === "refused" &&
        shown.first !== null &&
        h("p", { class: "first" }, t("first_time", { time: whenOf(shown.first, props.now, zone) })),
      shown.note && !kiosk && h("p", { class: "attention-note" }, h("b", {}, t("attention")), " ", shown.note),
      shown.unlisted && h("p", { class: "attention-note" }, t("unlisted")),
      (shown.name || kind) &&
        h(
          "div",
          { class: "who" },
          shown.name && h("p", { class: "name" }, shown.name),
          h("p", { class: "of" }, [kind, shown.organisation].filter(Boolean).join(" · ")),
        ),
      group && h("p", { class: "party" }, group),
      kiosk && shown.verdict !== "admitted" && h("p", { class: "why" }, t("kiosk_help")),
      shown.undone && h("p", { class: "tag" }, t("undone")),
      shown.offline && shown.verdict !== "unjudged" && h("p", { class: "tag" }, t("by_phone")),
      props.problem && h("p", { class: "attention-note", role: "alert" }, props.problem),
    ),
    !kiosk &&
      h(
        "div",
        { class: "verdict-foot" },
        props.undo && !shown.undone && button(t("take_back"), props.undo, "plain"),
        button(t("next"), props.next, "solid", { "data-next": true }),
      ),
  );
}
