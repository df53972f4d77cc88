/** Moves the focus to the list of errors, which a screen reader then reads, and from its links into the fields. */
export function showErrors(page: Document): void {
  const summary = page.querySelector<HTMLElement>(".summary");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const field = link?.hash ? page.getElementById(decodeURIComponent(link.hash.slice(1))) : null;
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });
}

/** A second press on a button while the first is on its way sends nothing; coming back to the page frees it. */
export function sendOnce(page: Document): void {
  const busy = new Set<HTMLFormElement>();
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.dataset["again"] !== undefined) return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    busy.add(form);
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    busy.clear();
    for (const button of page.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}
