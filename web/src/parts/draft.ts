/**
 * A form that survives the closing of its page: on this device alone, from the first thing that is typed until it has
 * been sent. The consent is never kept. The form's own mark is, so that one sent twice counts once.
 */

type Kept = Record<string, string[]>;

const NEVER = new Set(["_csrf", "consent", "privacy_version"]);
const PAUSE = 400;
/** Older ones are forgotten. */
const DAYS = 30;

const place = (name: string): string => `registration-draft:${name}`;

function read(name: string): Kept | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place(name)) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const { at, fields } = found as { at?: unknown; fields?: unknown };
    if (typeof at !== "number" || typeof fields !== "object" || fields === null) return null;
    return Date.now() - at > DAYS * 86_400_000 ? null : (fields as Kept);
  } catch {
    return null;
  }
}

export function forgetDraft(name: string): void {
  try {
    localStorage.removeItem(place(name));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function fieldsOf(form: HTMLFormElement): Kept {
  const kept: Kept = {};
  for (const field of form.elements) {
    if (!isTyped(field)) continue;
    const values = (kept[field.name] ??= []);
    if (!(field instanceof HTMLInputElement && field.type === "checkbox") || field.checked) values.push(field.value);
  }
  return kept;
}

function isTyped(field: Element): field is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  return (
    (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) &&
    field.name !== "" &&
    field.type !== "file" &&
    !NEVER.has(field.name) &&
    !/^(kept|drop)-/.test(field.name)
  );
}

function restore(form: HTMLFormElement, kept: Kept): void {
  for (const field of form.elements) {
    if (!isTyped(field)) continue;
    const values = kept[field.name];
    if (!Array.isArray(values)) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox") {
      field.checked = values.includes(field.value);
    } else if (typeof values[0] === "string") {
      field.value = values[0];
    }
    const folded = field.closest("details");
    if (folded && field.value && !(field instanceof HTMLInputElement && field.type === "checkbox")) folded.open = true;
  }
}

/** `#draft` says that something came back, above the form; `#draft-kept` that something is kept, below it, where
 *  nothing moves under the finger that types. */
export function keepDraft(form: HTMLFormElement, name: string, restored: () => void): void {
  const note = document.getElementById("draft");
  const said = document.getElementById("draft-kept");
  const kept = form.dataset["fresh"] ? read(name) : null;
  if (kept) {
    restore(form, kept);
    restored();
    if (note) note.hidden = false;
  }
  let waiting = 0;
  let afresh = false;
  const write = (): void => {
    clearTimeout(waiting);
    waiting = 0;
    if (afresh) return;
    try {
      localStorage.setItem(place(name), JSON.stringify({ at: Date.now(), fields: fieldsOf(form) }));
      if (said) said.hidden = false;
    } catch {
      // Full or forbidden: the form works all the same.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(write, PAUSE);
  });
  addEventListener("pagehide", () => {
    if (waiting) write();
  });
  note?.querySelector("button")?.addEventListener("click", () => {
    afresh = true;
    forgetDraft(name);
    location.assign(location.pathname);
  });
}
