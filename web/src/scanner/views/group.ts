/** A delegation's code: how many come now? */

import { button, h } from "../dom.ts";
import type { GroupAsked } from "../shown.ts";
import type { Direction } from "../rules.ts";
import { t } from "../texts.ts";
import { heading } from "./parts.ts";

export function group(asked: GroupAsked, direction: Direction, answer: (count: number | null) => void): HTMLElement {
  const most = direction === "out" ? asked.inside : asked.size - asked.arrived;
  let count = Math.max(1, most);
  const number = h("output", { class: "people", "aria-live": "polite" }, String(count));
  const go = button("", () => answer(count), "solid", { "data-go": true });
  const show = (): void => {
    number.textContent = String(count);
    go.textContent = t(direction === "out" ? "let_out" : "let_in", { n: count });
  };
  const move = (by: number): void => {
    count = Math.min(Math.max(1, count + by), Math.max(1, most));
    show();
  };
  show();
  return h(
    "section",
    { class: "screen group-ask" },
    heading(t(direction === "out" ? "group_leave" : "group_ask"), () => answer(null)),
    h("p", { class: "name" }, asked.name || t("group")),
    asked.organisation && h("p", { class: "of" }, asked.organisation),
    h("p", { class: "party" }, t("group_line", { size: asked.size, arrived: asked.arrived, missing: asked.size - asked.arrived })),
    h(
      "div",
      { class: "stepper" },
      button("−", () => move(-1), "quiet", { "aria-label": t("fewer") }),
      number,
      button("+", () => move(1), "quiet", { "aria-label": t("one_more") }),
    ),
    go,
    most > 1 && button(t("all_of_them", { n: most }), () => answer(most)),
  );
}
