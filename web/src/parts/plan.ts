/**
 * On a hall's plan the arrow keys walk from booth to booth, so that the whole plan is one stop of the Tab key;
 * without a script each booth is one. The chosen booth is scrolled into the middle of its frame.
 */

type Way = readonly [dx: number, dy: number];
const WAYS: Record<string, Way> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function middle(booth: Element): [number, number] {
  const box = booth.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}

/** The nearest one that way; what lies aside counts three times as far. */
function next(booths: SVGAElement[], from: SVGAElement, [dx, dy]: Way): SVGAElement | undefined {
  const [x, y] = middle(from);
  let best: SVGAElement | undefined;
  let least = Infinity;
  for (const booth of booths) {
    const [bx, by] = middle(booth);
    const along = (bx - x) * dx + (by - y) * dy;
    if (booth === from || along <= 1) continue;
    const far = along + 3 * Math.abs((bx - x) * dy + (by - y) * dx);
    if (far < least) [best, least] = [booth, far];
  }
  return best;
}

export function walkPlans(page: Document): void {
  for (const plan of page.querySelectorAll<SVGSVGElement>("svg[data-plan]")) {
    const booths = [...plan.querySelectorAll<SVGAElement>("a.booth")];
    const chosen = plan.querySelector<SVGGraphicsElement>(".chosen");
    const box = plan.parentElement;
    if (chosen && box) {
      const own = chosen.getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      box.scrollTo(
        box.scrollLeft + own.left - frame.left - (frame.width - own.width) / 2,
        box.scrollTop + own.top - frame.top - (frame.height - own.height) / 2,
      );
    }
    let here = booths.find((booth) => booth === chosen) ?? booths[0];
    if (!here) continue;
    for (const booth of booths) booth.setAttribute("tabindex", booth === here ? "0" : "-1");
    plan.addEventListener("keydown", (event) => {
      const way = WAYS[event.key];
      const from = event.target instanceof Element ? event.target.closest<SVGAElement>("a.booth") : null;
      const to = way && from && next(booths, from, way);
      if (!to) return;
      event.preventDefault();
      here?.setAttribute("tabindex", "-1");
      here = to;
      to.setAttribute("tabindex", "0");
      to.focus();
    });
  }
}
