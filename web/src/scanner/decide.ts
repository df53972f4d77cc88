/** What a phone says alone: the same rules, with what it knows of the badges. */

import { momentOf } from "./clock.ts";
import { parse } from "./codes.ts";
import type { BadgeRow, Checkpoint, Known, ScanRecord } from "./records.ts";
import { judge, NOBODY, onDay, type Decision, type Direction, type State } from "./rules.ts";
import { verify } from "./verify.ts";

export interface Alone {
  readonly decision: Decision;
  /** As it is afterwards, when it moved; to be kept with the scan. */
  readonly badge: BadgeRow | null;
  readonly uid: string | null;
  readonly kind: string;
  readonly size: number;
  /** Signed by us, and not in the list: it was issued after that. */
  readonly unlisted: boolean;
}

const STRANGER = { people: 1, state: NOBODY, delta: 0, first_at: null, inside: 0 } as const;

const stranger = (reason: "unknown_code" | "bad_signature", uid: string | null = null): Alone => ({
  decision: { ...STRANGER, reason },
  badge: null,
  uid,
  kind: "",
  size: 1,
  unlisted: false,
});

/** After an admission: whoever entered has left the areas that the checkpoint names. */
export function after(badge: BadgeRow, place: Checkpoint, direction: Direction, found: Decision, day: string): BadgeRow {
  const state: Record<string, State> = { ...badge.state, [place.area]: found.state };
  if (direction === "in") {
    for (const area of place.leaves) {
      const there = state[area];
      if (!there || area === place.area) continue;
      const now = onDay(there, day);
      state[area] = { ...now, inside: Math.max(0, now.inside - found.people) };
    }
  }
  return { ...badge, state };
}

/** How full the area is nobody knows here, so that does not hold anybody back. */
export const alone = (place: Checkpoint): Checkpoint => ({ ...place, capacity: null });

/** `at`: by the server's clock. `find`: the badge of that number, from the list. */
export async function decide(
  code: string,
  place: Checkpoint,
  direction: Direction,
  count: number | null,
  at: number,
  known: Known,
  find: (uid: string) => Promise<BadgeRow | null>,
): Promise<Alone> {
  const parsed = parse(code);
  if (!parsed) return stranger("unknown_code");
  const { claims } = parsed;
  const keys = new Map(known.keys.map((key) => [key.number, key.public]));
  if (!(await verify(parsed, keys))) return stranger("bad_signature", claims.uid);
  const listed = await find(claims.uid);
  const badge: BadgeRow = listed ?? {
    id: claims.uid,
    kind: claims.kind,
    status: "active",
    days: claims.days ?? [],
    size: claims.kind === "group" ? Math.max(1, count ?? 1) : 1,
    note: false,
    sealed: "",
    state: {},
  };
  const moment = momentOf(at, known.edition.timezone);
  const decision = judge(badge, alone(place), badge.state[place.area] ?? NOBODY, direction, count, moment);
  return {
    decision,
    badge: decision.reason === "" ? after(badge, place, direction, decision, moment.day) : null,
    uid: claims.uid,
    kind: badge.kind,
    size: badge.size,
    unlisted: listed === null,
  };
}

/** A badge as the server knows it, with what this phone let in and the server does not know yet. */
export function withOwn(badge: BadgeRow, own: readonly ScanRecord[], known: Known): BadgeRow {
  let out = badge;
  for (const scan of own) {
    const place = known.checkpoints.find((one) => one.code === scan.checkpoint);
    if (!place || scan.verdict !== "admitted") continue;
    const moment = momentOf(scan.at - scan.skew, known.edition.timezone);
    const state = out.state[place.area] ?? NOBODY;
    const found = judge(out, alone(place), state, scan.direction, scan.people, moment, 0, true);
    out = after(out, place, scan.direction, found, moment.day);
  }
  return out;
}
