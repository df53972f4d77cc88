/** What the ear and the hand get. Sounds are made here: nothing has to be loaded. */

export type Feeling = "good" | "bad" | "attention";

/** Hertz, begin and length in seconds: upwards is good, low and twice is bad. */
const SOUNDS: Readonly<Record<Feeling, readonly (readonly [number, number, number])[]>> = {
  good: [
    [784, 0, 0.09],
    [1175, 0.1, 0.16],
  ],
  bad: [
    [196, 0, 0.22],
    [165, 0.28, 0.34],
  ],
  attention: [
    [880, 0, 0.1],
    [660, 0.14, 0.1],
    [880, 0.28, 0.18],
  ],
};
const SHAKES: Readonly<Record<Feeling, number[]>> = { good: [60], bad: [200, 80, 200], attention: [80, 60, 80, 60, 80] };

let sounding: AudioContext | null = null;

/** Within a press: browsers let nobody make a noise before one. */
export function allowSound(): void {
  try {
    sounding ??= new AudioContext();
    if (sounding.state === "suspended") void sounding.resume();
  } catch {
    sounding = null;
  }
}

export function feel(feeling: Feeling, aloud: boolean): void {
  try {
    navigator.vibrate?.(SHAKES[feeling]);
  } catch {
    // Not everywhere.
  }
  const context = sounding;
  if (!aloud || !context || context.state !== "running") return;
  for (const [pitch, from, length] of SOUNDS[feeling]) {
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.type = feeling === "bad" ? "square" : "sine";
    tone.frequency.value = pitch;
    const at = context.currentTime + from;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(feeling === "bad" ? 0.25 : 0.5, at + 0.015);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + length);
    tone.connect(loud).connect(context.destination);
    tone.start(at);
    tone.stop(at + length + 0.02);
  }
}
