/** What this phone keeps. Days are ISO dates of the expo's clock, moments are milliseconds. */

import type { Direction, Reason, Reentry, State } from "./rules.ts";

export interface BadgeRow {
  /** What the code holds, decimal. */
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly days: readonly string[];
  readonly size: number;
  readonly note: boolean;
  readonly sealed: string;
  /** By area. */
  readonly state: Readonly<Record<string, State>>;
}

export interface Checkpoint {
  readonly code: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly area: string;
  readonly kinds: readonly string[];
  readonly days: readonly string[];
  readonly opens: number | null;
  readonly closes: number | null;
  readonly reentry: Reentry;
  readonly exits: boolean;
  readonly active: boolean;
  readonly hold: boolean;
  readonly capacity: number | null;
  readonly leaves: readonly string[];
}

export interface EditionRow {
  readonly slug: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly timezone: string;
  readonly days: readonly string[];
}

/** What decides alone, beside the badges. `fresh`: by the server's clock, when it was whole last. */
export interface Known {
  readonly edition: EditionRow;
  readonly keys: readonly { readonly number: number; readonly public: string }[];
  readonly checkpoints: readonly Checkpoint[];
  readonly cursor: string;
  readonly fresh: number | null;
}

export type Verdict = "admitted" | "refused";

/** A scan on its way, written before anybody sees a verdict. */
export interface ScanRecord {
  readonly seq?: number;
  readonly what: "scan";
  readonly nonce: string;
  readonly code: string;
  /** The badge's, where it is one of ours. */
  readonly uid: string | null;
  readonly checkpoint: string;
  readonly area: string;
  readonly direction: Direction;
  readonly count: number | null;
  readonly note: string;
  /** By this phone's clock, and what that was wrong by. */
  readonly at: number;
  readonly skew: number;
  /** What this phone decided alone; empty: it asked the server, and no answer has come. */
  readonly verdict: "" | Verdict;
  readonly reason: Reason;
  readonly people: number;
  /** The server may have it already. */
  readonly tried: boolean;
  /** The server does not take it; it is kept for a person to look at. */
  readonly fault: string;
}

export interface UndoRecord {
  readonly seq?: number;
  readonly what: "undo";
  readonly nonce: string;
  readonly at: number;
  readonly fault: string;
}

export type Waiting = ScanRecord | UndoRecord;

/** Who this phone is to the server. A signed-in browser has no token, it sends its cookie. */
export interface Identity {
  readonly token: string | null;
  readonly name: string;
  /** The only checkpoint it may scan for. */
  readonly bound: string | null;
}

export interface Settings {
  readonly checkpoint: string;
  readonly direction: Direction;
  /** Verdicts wait for the crew; null: as the checkpoint says. */
  readonly hold: boolean | null;
  readonly sound: boolean;
  readonly camera: string;
  /** PBKDF2 of the PIN that ends the self check-in; empty: none. */
  readonly pin: string;
  readonly kiosk: boolean;
}

export const FIRST_SETTINGS: Settings = {
  checkpoint: "",
  direction: "in",
  hold: null,
  sound: true,
  camera: "",
  pin: "",
  kiosk: false,
};
