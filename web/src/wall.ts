/* The signing wall: reads anew when something was signed or revealed, counts up, draws the fields, and keeps the last
   truth with its time when the network is gone. */

import type { Bars } from "./wall/bars";

/** Milliseconds after which it reads anew though nothing was heard. */
const IDLE = 20000;
/** Milliseconds that a new total takes to be counted up. */
const COUNTING = 1600;

const still = matchMedia("(prefers-reduced-motion: reduce)");
const wall = document.querySelector<HTMLElement>("#wall");
if (wall) void follow(wall);

function grouped(fen: bigint): string {
  const yuan = (fen / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${yuan}.${(fen % 100n).toString().padStart(2, "0")}`;
}

/** From what stood there to what the server says, which stands there in the end, letter by letter. */
function countUp(place: HTMLElement, from: bigint): void {
  const to = BigInt(place.dataset["fen"] ?? "0");
  const said = place.textContent;
  if (still.matches || from >= to) return;
  const begun = performance.now();
  const step = (now: number): void => {
    const part = Math.min(1, (now - begun) / COUNTING);
    if (part >= 1) {
      place.textContent = said;
      return;
    }
    const eased = BigInt(Math.round((1 - (1 - part) ** 3) * 10000));
    place.textContent = grouped(from + ((to - from) * eased) / 10000n);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

async function follow(wall: HTMLElement): Promise<void> {
  const time = document.querySelector<HTMLElement>("#wall-time");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone: wall.dataset["zone"],
  });
  let truth = new Date();
  // As it stands before it is drawn on: the first reading usually says the same.
  let shown = wall.innerHTML.trim();
  let reading = false;
  let again = false;
  let bars: Bars | null = null;

  function say(stale: boolean): void {
    if (!time) return;
    const said = (stale ? wall.dataset["stale"] : wall.dataset["time"]) ?? "%(time)s";
    time.textContent = said.replace("%(time)s", clock.format(truth));
    time.classList.toggle("stale", stale);
  }

  async function draw(): Promise<void> {
    const place = wall.querySelector<HTMLElement>(".wall-chart");
    bars?.dispose();
    bars = null;
    if (!place) return;
    const rows = Array.from(wall.querySelectorAll<HTMLTableRowElement>(".wall-table tr[data-fen]"), (row) => ({
      name: row.querySelector("th")?.textContent ?? "",
      fen: Number(row.dataset["fen"]),
      said: row.querySelector("td")?.textContent ?? "",
    }));
    const drawing = await import("./wall/bars");
    place.classList.add("drawn");
    bars = drawing.bars(place, rows, still.matches);
    wall.querySelector(".wall-said")?.classList.add("sr");
  }

  function put(text: string): void {
    const told = document.createElement("template");
    told.innerHTML = text;
    const said = told.innerHTML.trim();
    if (said === shown) return;
    const before = BigInt(wall.querySelector<HTMLElement>("[data-fen]")?.dataset["fen"] ?? "0");
    shown = said;
    wall.replaceChildren(told.content);
    const sum = wall.querySelector<HTMLElement>("b[data-fen]");
    if (sum) countUp(sum, before);
    void draw();
  }

  async function read(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      const answer = await fetch(wall.dataset["from"] ?? "", { cache: "no-cache" });
      if (!answer.ok) throw new Error(String(answer.status));
      put(await answer.text());
      truth = new Date();
      say(false);
    } catch {
      say(true);
    }
    reading = false;
    if (again) {
      again = false;
      void read();
    }
  }

  await draw();
  say(false);
  const source = new EventSource("/api/v1/events?topics=totals");
  for (const name of ["hello", "reset", "totals"]) source.addEventListener(name, () => void read());
  source.addEventListener("error", () => {
    say(true);
    // A refused stream does not come back by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), IDLE);
  });
  setInterval(() => void read(), IDLE);
  addEventListener("resize", () => bars?.resize());
}
