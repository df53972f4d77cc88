/**
 * On the timetable's board a slot is dragged by a mouse or a pen, or moved by arrow keys, in steps of some minutes and
 * from stage to stage; where it is let go a form is sent. Without a script, and by a finger, it is a link to its form.
 */

const FAR = 5;

interface Column {
  readonly id: string;
  readonly name: string;
  readonly x: number;
}

class Slot {
  private readonly box: SVGForeignObjectElement;
  private readonly board: Board;
  private readonly x: number;
  private readonly y: number;
  private column: number;
  private top: number;

  constructor(box: SVGForeignObjectElement, board: Board) {
    this.box = box;
    this.board = board;
    this.x = Number(box.getAttribute("x"));
    this.y = this.top = Number(box.getAttribute("y"));
    this.column = board.columnAt(this.x);
  }

  get moved(): boolean {
    return this.top !== this.y || this.board.columns[this.column]?.x !== this.x;
  }

  /** By pixels from where it stood. */
  drag(dx: number, dy: number): void {
    this.put(this.board.columnAt(this.x + dx), this.y + this.board.snapped(dy));
  }

  step(columns: number, steps: number): void {
    this.put(this.column + columns, this.top + steps * this.board.step);
  }

  back(): void {
    this.put(this.board.columnAt(this.x), this.y);
  }

  send(): void {
    const column = this.board.columns[this.column];
    if (column) this.board.send(this.box.dataset["slot"] ?? "", column.id, this.board.clock(this.top));
  }

  private put(column: number, top: number): void {
    const { board } = this;
    this.column = Math.min(Math.max(column, 0), board.columns.length - 1);
    const lowest = board.bottom - Number(this.box.getAttribute("height"));
    this.top = Math.min(Math.max(top, board.top), Math.max(lowest, board.top));
    const at = board.columns[this.column];
    if (!at) return;
    this.box.setAttribute("x", String(at.x));
    this.box.setAttribute("y", String(this.top));
    this.box.classList.toggle("moving", this.moved);
    board.tell(this.moved ? `${board.clock(this.top)}, ${at.name}. ${board.enter}` : "");
  }
}

class Board {
  readonly columns: readonly Column[];
  readonly step: number;
  readonly top: number;
  readonly bottom: number;
  readonly enter: string;
  private readonly svg: SVGSVGElement;
  private readonly form: HTMLFormElement;
  private readonly told: HTMLElement | null;
  private readonly scale: number;
  private readonly opens: number;

  constructor(svg: SVGSVGElement, form: HTMLFormElement, told: HTMLElement | null) {
    this.svg = svg;
    this.form = form;
    this.told = told;
    const number = (name: string): number => Number(svg.dataset[name]);
    this.scale = number("scale");
    this.opens = number("opens");
    this.step = number("step") * this.scale;
    this.enter = svg.dataset["enter"] ?? "";
    this.columns = [...svg.querySelectorAll<SVGTextElement>("[data-stage]")].map((text) => ({
      id: text.dataset["stage"] ?? "",
      name: text.textContent ?? "",
      x: Number(text.dataset["x"]),
    }));
    const hours = [...svg.querySelectorAll<SVGLineElement>("line.board-hour[x1='0']")].map((line) => Number(line.getAttribute("y1")));
    this.top = Math.min(...hours);
    this.bottom = Math.max(...hours);
  }

  columnAt(x: number): number {
    const wide = Number(this.svg.dataset["wide"]);
    const first = this.columns[0]?.x ?? 0;
    return Math.min(Math.max(Math.round((x - first) / wide), 0), this.columns.length - 1);
  }

  snapped(dy: number): number {
    return Math.round(dy / this.step) * this.step;
  }

  clock(top: number): string {
    const minute = this.opens + Math.round((top - this.top) / this.scale);
    const two = (n: number): string => String(n).padStart(2, "0");
    return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  }

  tell(text: string): void {
    if (this.told) this.told.textContent = text;
  }

  send(slot: string, stage: string, begins: string): void {
    this.form.action = this.form.action.replace(/\d+$/, slot);
    for (const [name, value] of [["stage", stage], ["begins", begins]] as const) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = value;
    }
    this.form.requestSubmit();
  }
}

const KEYS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function byKeys(link: HTMLElement, slot: Slot): void {
  link.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (way) slot.step(...way);
    else if (event.key === "Enter" && slot.moved) slot.send();
    else if (event.key === "Escape" && slot.moved) slot.back();
    else return;
    event.preventDefault();
  });
  link.addEventListener("blur", () => slot.back());
}

function byHand(link: HTMLElement, slot: Slot): void {
  link.addEventListener("pointerdown", (down) => {
    if (down.pointerType === "touch" || down.button !== 0) return;
    let dragged = false;
    const follow = (move: PointerEvent): void => {
      const [dx, dy] = [move.clientX - down.clientX, move.clientY - down.clientY];
      dragged ||= Math.hypot(dx, dy) > FAR;
      if (dragged) slot.drag(dx, dy);
    };
    const end = (up: PointerEvent): void => {
      link.removeEventListener("pointermove", follow);
      if (!dragged) return;
      // The click that follows would open the slot.
      link.addEventListener("click", (click) => click.preventDefault(), { once: true });
      if (up.type === "pointerup" && slot.moved) slot.send();
      else slot.back();
    };
    link.setPointerCapture(down.pointerId);
    link.addEventListener("pointermove", follow);
    link.addEventListener("pointerup", end, { once: true });
    link.addEventListener("pointercancel", end, { once: true });
  });
}

export function moveOnBoards(page: Document): void {
  const svg = page.querySelector<SVGSVGElement>("svg[data-board]");
  const form = page.getElementById("board-move");
  if (!svg || !(form instanceof HTMLFormElement)) return;
  const board = new Board(svg, form, page.getElementById("told"));
  for (const box of svg.querySelectorAll<SVGForeignObjectElement>("[data-slot]")) {
    const link = box.querySelector<HTMLElement>("a");
    if (!link) continue;
    const slot = new Slot(box, board);
    byKeys(link, slot);
    byHand(link, slot);
  }
}
