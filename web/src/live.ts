/* Keeps a part of a page up to date: told that something changed, it reads anew; nothing that arrives is believed. */

/** Milliseconds between two readings, however much happens. */
const PACE = 1000;
/** Milliseconds after which it reads anew though nothing was heard: devices fall silent without an event. */
const IDLE = 30000;

const part = document.querySelector<HTMLElement>("[data-live]");
if (part) follow(part);

/** What counts down, by the server's clock: it said its own when the part was made. */
const seen = new WeakMap<HTMLElement, number>();
function tick(): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-until]")) {
    const since = seen.get(one) ?? performance.now();
    seen.set(one, since);
    const now = Number(one.dataset["now"]) + performance.now() - since;
    const left = Math.ceil((Number(one.dataset["until"]) - now) / 1000);
    const [minutes, seconds] = [Math.floor(Math.abs(left) / 60), Math.abs(left) % 60];
    one.textContent = `${left < 0 ? "+" : ""}${minutes}:${String(seconds).padStart(2, "0")}`;
    one.classList.toggle("over", left < 0);
  }
}
tick();
setInterval(tick, 250);

function follow(part: HTMLElement): void {
  const stale = document.createElement("p");
  stale.className = "state wait";
  stale.setAttribute("role", "status");
  stale.textContent = part.dataset["stale"] ?? "";
  stale.hidden = true;
  part.before(stale);

  let reading = false;
  let again = false;
  let read = 0;

  async function fetchPart(): Promise<void> {
    const answer = await fetch(part.dataset["from"] ?? "", { headers: { accept: "text/html" } });
    if (answer.redirected || answer.status === 401 || answer.status === 403) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const open = Array.from(part.querySelectorAll<HTMLDetailsElement>("details[open]"), (one) => one.id);
    part.innerHTML = await answer.text();
    tick();
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    part.dataset["read"] = String(++read);
  }

  async function refresh(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      await fetchPart();
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
    setTimeout(() => {
      reading = false;
      if (again) {
        again = false;
        void refresh();
      }
    }, PACE);
  }

  const source = new EventSource(`/api/v1/events?topics=${part.dataset["live"] ?? ""}`);
  // After a pause nobody knows what was missed: the first word of a connection is reason enough to read anew.
  for (const name of ["hello", "reset", ...(part.dataset["live"] ?? "").split(",")]) {
    source.addEventListener(name, () => void refresh());
  }
  source.addEventListener("error", () => {
    stale.hidden = false;
  });
  setInterval(() => void refresh(), IDLE);
}
