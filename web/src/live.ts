/* Keeps a part of a page up to date: told that something changed, it reads anew; nothing that arrives is believed. */

/** Milliseconds between two readings, however much happens. */
const PACE = 1000;
/** Milliseconds after which it reads anew though nothing was heard: devices fall silent without an event. */
const IDLE = 30000;

const part = document.querySelector<HTMLElement>("[data-live]");
if (part) follow(part);

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
