/** What a screen shows of a scan. */

import type { ScanRecord, Verdict } from "./records.ts";
import type { Direction, Reason } from "./rules.ts";

export interface Shown {
  readonly verdict: Verdict | "unjudged";
  readonly reason: Reason;
  readonly name: string;
  readonly organisation: string;
  readonly kind: string;
  readonly note: string;
  /** By the server's clock. */
  readonly first: number | null;
  readonly direction: Direction;
  readonly people: number;
  readonly size: number;
  readonly inside: number;
  readonly arrived: number;
  /** The phone decided. */
  readonly offline: boolean;
  readonly unlisted: boolean;
  readonly nonce: string;
  readonly at: number;
  readonly undone: boolean;
  /** Why it could not be judged. */
  readonly fault: string;
}

/** A group's code was scanned: how many of them come now? */
export interface GroupAsked {
  readonly code: string;
  readonly size: number;
  readonly arrived: number;
  readonly inside: number;
  readonly name: string;
  readonly organisation: string;
}

export type Outcome = { readonly shown: Shown } | { readonly group: GroupAsked };

/** Of whom nothing is known. */
export const NO_ONE = { name: "", organisation: "", kind: "", note: "", first: null, size: 1, inside: 0, arrived: 0 } as const;

/** It could not be judged, and why. */
export function unjudged(record: ScanRecord, fault: string, offline: boolean): Shown {
  return {
    ...NO_ONE,
    verdict: "unjudged",
    reason: "",
    direction: record.direction,
    people: record.people,
    offline,
    unlisted: false,
    nonce: "",
    at: record.at - record.skew,
    undone: false,
    fault,
  };
}
