/** Hand scanners that type: a run of keys with Enter at its end, wherever the focus is. */

/** Longer between two keys and it is a person. */
const PAUSE = 250;
const SHORTEST = 8;

export class Wedge {
  private typed = "";
  private at = 0;
  private readonly take: (code: string) => void;

  constructor(take: (code: string) => void) {
    this.take = take;
  }

  readonly listen = (): void => document.addEventListener("keydown", this.key, true);
  readonly stop = (): void => document.removeEventListener("keydown", this.key, true);

  readonly key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const now = event.timeStamp;
    if (now - this.at > PAUSE) this.typed = "";
    if (event.key === "Enter" || event.key === "Tab") {
      const whole = this.typed;
      this.typed = "";
      if (whole.length < SHORTEST) return;
      event.preventDefault();
      event.stopPropagation();
      const field = event.target;
      // It typed into a field all the same: that is not what the field is for.
      if (field instanceof HTMLInputElement && field.value.endsWith(whole)) {
        field.value = field.value.slice(0, field.value.length - whole.length);
      }
      this.take(whole);
      return;
    }
    if (event.key.length !== 1) return;
    this.at = now;
    this.typed += event.key;
    // Nor does a space within a code press a button.
    if (this.typed.length > 2 && !(event.target instanceof HTMLInputElement)) event.preventDefault();
  };
}
