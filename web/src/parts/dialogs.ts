/**
 * `<a href="/…/page" data-dialog="id">` opens the `<dialog id>` instead of the page that says the same,
 * which is where the link leads without a script. Escape and any `.close` in it close it.
 */
export function openDialogs(page: Document): void {
  page.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest<HTMLElement>("[data-dialog]");
    const dialog = opener ? page.getElementById(opener.dataset["dialog"] ?? "") : null;
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (target?.closest("dialog .close")) {
      event.preventDefault();
      target.closest("dialog")?.close();
    }
  });
}
