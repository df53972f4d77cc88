/** `<input data-copy="Copy" data-copied="Copied" readonly>` gets a button that copies what stands in it. */
export function offerCopying(page: Document): void {
  if (!("clipboard" in navigator)) return;
  for (const input of page.querySelectorAll<HTMLInputElement>("input[data-copy]")) {
    const button = page.createElement("button");
    const said = page.createElement("span");
    button.type = "button";
    button.className = "button quiet copying";
    button.textContent = input.dataset["copy"] ?? "";
    said.setAttribute("role", "status");
    button.addEventListener("click", () => {
      input.select();
      void navigator.clipboard.writeText(input.value).then(() => {
        said.textContent = ` ${input.dataset["copied"] ?? ""}`;
      });
    });
    input.after(button, said);
  }
}
