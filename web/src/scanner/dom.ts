/** Elements without a framework; text is never taken for markup. */

type Child = Node | string | null | undefined | false | readonly Child[];
type Props = Readonly<Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, props: Props, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
}

function add(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(element, child as readonly Child[]);
    else element.append(child as Node | string);
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  fill(made, props, children);
  return made;
}

export function svg(tag: string, props: Props = {}, ...children: readonly Child[]): SVGElement {
  const made = document.createElementNS(SVG, tag) as SVGElement;
  fill(made, props, children);
  return made;
}

let fields = 0;

/** A labelled field; the hint belongs to it. */
export function field(label: string, input: HTMLElement, hint = "", error = ""): HTMLElement {
  const id = `s${fields++}`;
  input.id = id;
  const about = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  if (about) input.setAttribute("aria-describedby", about);
  if (error) input.setAttribute("aria-invalid", "true");
  return h(
    "div",
    { class: error ? "field has-error" : "field" },
    h("label", { for: id }, label),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    error && h("p", { class: "error", id: `${id}-error` }, error),
    input,
  );
}

export function button(label: string, does: () => void, kind = "quiet", props: Props = {}): HTMLButtonElement {
  return h("button", { type: "button", class: `button ${kind}`, ...props, onclick: does }, label);
}
