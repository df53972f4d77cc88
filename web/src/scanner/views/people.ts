/** Those whose code is not at hand: found by name, or given a badge on the spot. */

import { Gone, Refused, Revoked, type Fault, type Found } from "../api.ts";
import type { App } from "../app.ts";
import { button, field, h } from "../dom.ts";
import { isKey, t } from "../texts.ts";
import { heading } from "./parts.ts";

const kindOf = (kind: string): string => (isKey(kind) ? t(kind) : kind);

export function search(app: App): HTMLElement {
  const typed = h("input", { type: "search", autocomplete: "off", enterkeyhint: "search", maxlength: 60 });
  const out = h("div", { class: "hits", "aria-live": "polite" });
  const say = (text: string): void => out.replaceChildren(h("p", {}, text));

  const line = (one: Found): HTMLElement =>
    h(
      "li",
      {},
      h(
        "div",
        {},
        h("p", { class: "name" }, one.holder),
        h("p", { class: "of" }, [kindOf(one.kind), one.organisation, one.mobile, one.serial].filter(Boolean).join(" · ")),
      ),
      one.status === "active" ? button(t("admit_them"), () => void app.admit(one.serial), "solid") : h("p", { class: "of" }, t("r_revoked")),
    );

  const look = async (): Promise<void> => {
    const q = typed.value.trim();
    if (q.length < 2) return say(t("too_short"));
    if (!app.engine.status().online) return say(t("search_offline"));
    say("…");
    try {
      const { items } = await app.engine.api.search(q);
      if (items.length === 0) say(t("search_none"));
      else out.replaceChildren(h("ul", {}, items.map(line)));
    } catch (fault) {
      if (fault instanceof Gone || fault instanceof Revoked) say(t("search_offline"));
      else if (fault instanceof Refused) say(fault.faults[0]?.message || fault.message);
      else throw fault;
    }
  };

  return h(
    "section",
    { class: "screen" },
    heading(t("search_title"), () => app.go("gate")),
    h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          void look();
        },
      },
      field(t("search"), typed, t("search_hint")),
      h("button", { type: "submit", class: "button solid" }, t("search_go")),
    ),
    out,
  );
}

export interface WalkIn {
  readonly element: HTMLElement;
  /** A blank badge was scanned. */
  take(code: string): void;
}

export function walkIn(app: App): WalkIn {
  const holder = h("input", { autocomplete: "off", maxlength: 100, required: true });
  const organisation = h("input", { autocomplete: "off", maxlength: 200 });
  const mobile = h("input", { autocomplete: "off", inputmode: "tel", maxlength: 40 });
  const blank = h("input", { autocomplete: "off", maxlength: 200 });
  const kind = h(
    "select",
    {},
    ["visitor", "guest", "speaker", "press"].map((one) => h("option", { value: one }, kindOf(one))),
  );
  const form = h("form", { novalidate: true });
  const inputs: Record<string, [string, HTMLElement, string]> = {
    holder: [t("holder"), holder, ""],
    organisation: [t("organisation"), organisation, ""],
    mobile: [t("mobile"), mobile, ""],
    kind: [t("kind"), kind, ""],
    code: [t("blank"), blank, t("blank_hint")],
  };
  const draw = (faults: readonly Fault[] = [], word = ""): void => {
    form.replaceChildren(
      ...(word ? [h("p", { class: "error", role: "alert" }, word)] : []),
      ...Object.entries(inputs).map(([name, [label, input, hint]]) => {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
        return field(label, input, hint, faults.find((one) => one.field === name)?.message ?? "");
      }),
      h("button", { type: "submit", class: "button solid" }, t("walk_go")),
    );
    form.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  };
  const send = async (): Promise<void> => {
    if (!holder.value.trim()) return draw([{ field: "holder", code: "required", message: t("required") }]);
    if (!app.engine.status().online) return draw([], t("walk_offline"));
    try {
      const said = { holder: holder.value, organisation: organisation.value, mobile: mobile.value, kind: kind.value, code: blank.value };
      const made = await app.engine.api.walkIn(Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim())));
      app.go("gate");
      await app.scan(made.code, t("walk_done", { serial: made.serial }));
    } catch (fault) {
      if (fault instanceof Gone || fault instanceof Revoked) draw([], t("walk_offline"));
      else if (fault instanceof Refused) draw(fault.faults, fault.faults.length ? "" : fault.message);
      else throw fault;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  draw();
  return {
    element: h("section", { class: "screen" }, heading(t("walk_title"), () => app.go("gate")), form),
    take: (code) => {
      blank.value = code;
    },
  };
}
