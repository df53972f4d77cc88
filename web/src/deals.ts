/* The form of a deal with a script: what is typed is read back at once, and exhibitors are found as a party is typed.
   Without it the page reads back before it stores. */

interface Looked {
  number: string;
  units: string;
  capitals: string;
  error: string;
  sum: string;
  fits: boolean;
}

const PAUSE = 200;

const form = document.querySelector<HTMLFormElement>("form[data-deal]");
if (form) {
  readBack(form);
  findExhibitors(form);
}

function readBack(form: HTMLFormElement): void {
  const back = form.querySelector<HTMLOutputElement>("[data-back]");
  const sum = form.querySelector<HTMLOutputElement>("[data-sum]");
  if (!back || !sum) return;
  const nothing = [...back.children];
  back.hidden = sum.hidden = false;
  let asked = 0;
  let waiting = 0;
  const look = async (): Promise<void> => {
    const mine = ++asked;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && /^(amount|split-|_csrf)/.test(name)) body.append(name, value);
    }
    const found = await ask(body);
    if (mine !== asked || !found) return;
    const lines = [
      line("back-number", found.number),
      line("back-units", found.units),
      line("back-capitals", found.capitals, "zh-CN"),
      line("error", found.error),
    ].filter((one) => one.textContent !== "");
    back.replaceChildren(...(lines.length ? lines : nothing));
    sum.textContent = found.sum;
    sum.classList.toggle("fits", found.fits);
  };
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !/^(amount|split-)/.test(field.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => void look(), PAUSE);
  });
  void look();
}

async function ask(body: URLSearchParams): Promise<Looked | null> {
  try {
    const answer = await fetch("/admin/deals/look", { method: "POST", body });
    return answer.ok ? ((await answer.json()) as Looked) : null;
  } catch {
    // Offline: the server reads everything back before it stores.
    return null;
  }
}

function line(name: string, text: string, lang = ""): HTMLParagraphElement {
  const made = document.createElement("p");
  made.className = name;
  made.textContent = text;
  if (lang) made.lang = lang;
  return made;
}

function findExhibitors(form: HTMLFormElement): void {
  const list = document.getElementById("exhibitors");
  if (!list) return;
  let asked = 0;
  let waiting = 0;
  const find = async (typed: string): Promise<void> => {
    const mine = ++asked;
    try {
      const answer = await fetch(`/admin/deals/exhibitors?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || mine !== asked) return;
      const found = (await answer.json()) as { value: string; name_en: string }[];
      list.replaceChildren(...found.map((one) => new Option(one.name_en, one.value)));
    } catch {
      // Offline: names and numbers can be typed in full.
    }
  };
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.dataset["party"] === undefined) return;
    clearTimeout(waiting);
    const typed = field.value.trim();
    if (typed.length > 0 && !typed.endsWith("）")) waiting = setTimeout(() => void find(typed), PAUSE);
  });
}
