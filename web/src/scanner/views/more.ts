/** Settings, what was scanned, what was not taken, and giving the phone back. */

import { Gone, Revoked } from "../api.ts";
import type { App } from "../app.ts";
import { button, field, h } from "../dom.ts";
import type { Shown } from "../shown.ts";
import { isPin, kept } from "../pin.ts";
import { t } from "../texts.ts";
import { choice, connection, heading, time } from "./parts.ts";
import { reasonOf, toneOf, wordOf } from "./verdict.ts";

function recent(app: App): HTMLElement {
  const { log } = app.engine;
  if (log.length === 0) return h("p", {}, t("recent_none"));
  const line = (one: Shown): HTMLElement =>
    h(
      "li",
      { class: toneOf(one) },
      h("p", {}, h("b", {}, wordOf(one)), " ", time(app.engine, one.at), one.offline ? ` · ${t("by_phone")}` : ""),
      h("p", { class: "of" }, [reasonOf(one), one.name, one.organisation, one.undone ? t("undone") : ""].filter(Boolean).join(" · ")),
    );
  return h("ul", { class: "log" }, log.slice(0, 20).map(line));
}

async function setAside(app: App): Promise<HTMLElement | null> {
  const faulty = (await app.engine.store.queue()).filter((one) => one.fault);
  if (faulty.length === 0) return null;
  const again = async (): Promise<void> => {
    for (const one of faulty) await app.engine.store.replace({ ...one, fault: "" });
    await app.engine.sync();
    app.go("more");
  };
  return h(
    "div",
    { class: "aside" },
    h("h2", {}, t("set_aside")),
    h("ul", { class: "log" }, faulty.map((one) => h("li", { class: "bad" }, h("p", {}, `${time(app.engine, one.at)} · ${one.fault}`), h("p", { class: "of" }, one.nonce)))),
    button(t("try_again"), () => void again()),
  );
}

function kiosk(app: App): HTMLElement {
  const pin = h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 8 });
  const box = h("div", {});
  const draw = (error = ""): void => {
    box.replaceChildren(
      h("p", {}, t("kiosk_about")),
      field(t("kiosk_pin"), pin, "", error),
      button(t("kiosk_start"), () => void start()),
    );
  };
  const start = async (): Promise<void> => {
    if (!isPin(pin.value)) return draw(t("pin_form"));
    await app.engine.choose({ pin: await kept(pin.value), kiosk: true });
    app.pressed();
    app.go("kiosk");
  };
  draw();
  return box;
}

function leaving(app: App): HTMLElement {
  const box = h("div", {});
  const first = (): void => {
    box.replaceChildren(h("p", {}, t("leave_about")), button(t("leave"), sure, "danger"));
  };
  const sure = (): void => {
    const { waiting, faulty } = app.engine.status();
    const lost = waiting + faulty;
    box.replaceChildren(
      h("p", { role: "alert" }, lost ? t("leave_waiting", { n: lost }) : t("leave_sure")),
      button(t(lost ? "leave_lose" : "leave_yes"), () => void go(), "danger"),
      button(t("cancel"), first),
    );
  };
  const go = async (): Promise<void> => {
    try {
      await app.engine.api.leave();
    } catch (fault) {
      // Without a network the organizers revoke it; here nothing stays either way.
      if (!(fault instanceof Gone || fault instanceof Revoked || fault instanceof Error)) throw fault;
    }
    await app.engine.forget();
    location.assign("/scan");
  };
  first();
  return box;
}

export function more(app: App): HTMLElement {
  const { engine } = app;
  const { settings } = engine;
  const again = (): void => app.go("more");
  const set = (changes: Parameters<typeof engine.choose>[0]): void => void engine.choose(changes).then(again);
  const known = engine.known();
  const cameras = h("div", {});
  const rest = h("div", {});
  void app.cameras().then((all) => {
    if (all.length < 2) return;
    const pick = h("select", { onchange: () => void engine.choose({ camera: pick.value }) }, [
      h("option", { value: "" }, t("camera_auto")),
      ...all.map((one) => h("option", { value: one.id, selected: one.id === settings.camera }, one.label)),
    ]);
    cameras.replaceChildren(field(t("camera"), pick));
  });
  void setAside(app).then((found) => found && rest.replaceChildren(found));
  const hold = settings.hold === null ? "place" : settings.hold ? "always" : "never";
  return h(
    "section",
    { class: "screen more" },
    heading(t("more"), () => app.go("gate")),
    connection(engine),
    rest,
    h("h2", {}, t("recent")),
    recent(app),
    h("h2", {}, t("settings")),
    h("p", { class: "label" }, t("hold_label")),
    choice(t("hold_label"), [["place", t("hold_place")], ["always", t("hold_always")], ["never", t("hold_never")]], hold, (value) =>
      set({ hold: value === "place" ? null : value === "always" }),
    ),
    h("p", { class: "label" }, t("sound")),
    choice(t("sound"), [["on", t("on")], ["off", t("off")]], settings.sound ? "on" : "off", (value) => set({ sound: value === "on" })),
    h("p", { class: "label" }, t("language")),
    choice(t("language"), [["zh-CN", "中文"], ["en", "English"]], document.documentElement.lang, (value) => app.dress({ lang: value })),
    h("p", { class: "label" }, t("size")),
    choice(t("size"), [["normal", t("size_normal")], ["large", t("size_large")]], document.documentElement.dataset["size"] ?? "normal", (value) => app.dress({ size: value })),
    cameras,
    h("h2", {}, t("data")),
    h("p", {}, known?.fresh ? t("list_of", { n: engine.status().badges, time: time(engine, known.fresh) }) : t("list_none")),
    button(t("sync_now"), () => void engine.sync().then(again)),
    h("h2", {}, t("kiosk")),
    kiosk(app),
    h("h2", {}, t("leave")),
    engine.identity?.token ? leaving(app) : null,
    h("p", { class: "of" }, t("version", { v: engine.version })),
  );
}
