/** Looks at a field when it is left, and again while it is mended, by the rules of the server. */

interface Looked {
  ok: boolean;
  kind: string | null;
  message: string | null;
}

const PAUSE = 500;

export function lookAtFields(form: HTMLFormElement): void {
  const token = form.querySelector<HTMLInputElement>('[name="_csrf"]')?.value ?? "";
  const country = (): string => {
    const field = form.elements.namedItem("country");
    return field instanceof HTMLSelectElement ? field.value : "CN";
  };
  for (const field of form.querySelectorAll<HTMLInputElement>("[data-look]")) {
    let asked = 0;
    let waiting = 0;
    const look = async (): Promise<void> => {
      clearTimeout(waiting);
      const mine = ++asked;
      if (!field.value.trim()) {
        say(field, "");
        return;
      }
      const found = await ask(field.dataset["look"] ?? "", field.value, country(), token);
      if (found === null || mine !== asked) return;
      say(field, found.ok ? "" : (found.message ?? ""));
      if (found.ok && found.kind) choose(form, found.kind);
    };
    field.addEventListener("change", () => void look());
    field.addEventListener("input", () => {
      if (field.getAttribute("aria-invalid") !== "true") return;
      clearTimeout(waiting);
      waiting = setTimeout(() => void look(), PAUSE);
    });
  }
}

async function ask(field: string, value: string, country: string, token: string): Promise<Looked | null> {
  try {
    const answer = await fetch("/api/v1/registration-check", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token },
      body: JSON.stringify({ field, value, country }),
    });
    return answer.ok ? ((await answer.json()) as Looked) : null;
  } catch {
    // Offline: the server looks at everything once more when it is sent.
    return null;
  }
}

/** As the server's own page would show it. */
function say(field: HTMLInputElement, message: string): void {
  const whole = field.closest<HTMLElement>(".field");
  if (!whole) return;
  const id = `${field.id}-error`;
  let place = document.getElementById(id);
  if (!message) {
    place?.remove();
    field.removeAttribute("aria-invalid");
  } else {
    if (!place) {
      place = document.createElement("p");
      place.className = "error";
      place.id = id;
      place.setAttribute("role", "status");
      whole.insertBefore(place, field);
    }
    place.textContent = message;
    field.setAttribute("aria-invalid", "true");
  }
  whole.classList.toggle("has-error", message !== "");
  const described = [message ? id : "", document.getElementById(`${field.id}-hint`) ? `${field.id}-hint` : ""];
  const ids = described.filter(Boolean).join(" ");
  if (ids) field.setAttribute("aria-describedby", ids);
  else field.removeAttribute("aria-describedby");
}

/** What the code says, unless the person has said otherwise. */
function choose(form: HTMLFormElement, kind: string): void {
  const field = form.elements.namedItem("kind");
  if (field instanceof HTMLSelectElement && field.value === "") field.value = kind;
}
