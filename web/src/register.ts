/* The registration form with a script: fields that don't apply are out of the way, each is looked at when it is left,
   and what was typed survives the page. Nothing is kept before somebody types. */

import { keepDraft, forgetDraft } from "./parts/draft";
import { lookAtFields } from "./parts/looking";

const sent = document.querySelector<HTMLElement>("[data-registered]");
if (sent) forgetDraft(sent.dataset["registered"] ?? "");

const form = document.querySelector<HTMLFormElement>("form[data-registration]");
if (form) {
  const fit = fitToChoices(form);
  // On an organizer's desk nothing of other people is left behind.
  const name = form.dataset["registration"];
  if (name) keepDraft(form, name, fit);
  lookAtFields(form);
}

/** Shows the field only where it applies; one that is out of sight is not sent. */
function fitToChoices(form: HTMLFormElement): () => void {
  const value = (name: string): string => {
    const field = form.elements.namedItem(name);
    return field instanceof HTMLSelectElement ? field.value : "";
  };
  const show = (name: string, applies: boolean): void => {
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLInputElement)) return;
    field.disabled = !applies;
    const whole = field.closest<HTMLElement>(".field");
    if (whole) whole.hidden = !applies;
  };
  const fit = (): void => {
    show("credit_code", value("country") === "CN");
    show("registration_number", value("country") !== "CN");
    show("booth_count", value("booth_kind") === "standard");
    show("booth_area_m2", value("booth_kind") === "raw");
  };
  form.addEventListener("change", fit);
  fit();
  return fit;
}
