/**
 * Who is let in, as checkin/rules/gate.py says it: both are held to tests/checkin/gate_vectors.json.
 * Days are ISO dates of the expo's own clock, moments are milliseconds. A person is a group of one.
 */

export type Direction = "in" | "out";
export type Reentry = "once" | "daily" | "free";
/** Empty: admitted. */
export type Reason =
  | ""
  | "unknown_code"
  | "bad_signature"
  | "revoked"
  | "not_today"
  | "wrong_area"
  | "already_inside"
  | "already_used"
  | "not_inside"
  | "full"
  | "closed";

/** No days: every day. */
export interface Pass {
  readonly kind: string;
  readonly status: string;
  readonly days: readonly string[];
  readonly size: number;
}

/** A checkpoint with its area. No kinds, no days: all. Hours in minutes after midnight. */
export interface Terms {
  readonly kinds: readonly string[];
  readonly days: readonly string[];
  readonly opens: number | null;
  readonly closes: number | null;
  readonly reentry: Reentry;
  readonly exits: boolean;
  readonly active: boolean;
  readonly capacity: number | null;
}

/** A badge in an area; `first_today_at`, `arrived_today` and `inside` are of `day`. */
export interface State {
  readonly first_at: number | null;
  readonly day: string | null;
  readonly first_today_at: number | null;
  readonly arrived_today: number;
  readonly inside: number;
  readonly arrived: number;
}

export interface Moment {
  readonly at: number;
  readonly day: string;
  readonly minute: number;
}

export interface Decision {
  readonly reason: Reason;
  readonly people: number;
  /** What follows. */
  readonly state: State;
  /** What it adds to those inside. */
  readonly delta: number;
  readonly first_at: number | null;
  readonly inside: number;
}

export const NOBODY: State = {
  first_at: null,
  day: null,
  first_today_at: null,
  arrived_today: 0,
  inside: 0,
  arrived: 0,
};

const OUT_OF_FORCE = new Set(["revoked", "replaced", "blank"]);

/** As it stands on that day, which is the state's own or a later one. */
export function onDay(state: State, day: string): State {
  return state.day === day ? state : { ...NOBODY, first_at: state.first_at, day, arrived: state.arrived };
}

const earlier = (one: number | null, other: number): number => (one === null || other < one ? other : one);

/** After an admission. Of a day before the state's own only the first time and the sum are kept. */
export function moved(
  state: State,
  direction: Direction,
  people: number,
  size: number,
  at: number,
  day: string,
): State {
  if (direction === "out") {
    if (state.day !== day || state.inside === 0) return state;
    return { ...state, inside: Math.max(0, state.inside - people) };
  }
  const first_at = earlier(state.first_at, at);
  const arrived = state.arrived + people;
  if (state.day !== null && day < state.day) return { ...state, first_at, arrived };
  const now = onDay(state, day);
  return {
    first_at,
    day,
    first_today_at: earlier(now.first_today_at, at),
    arrived_today: now.arrived_today + people,
    inside: Math.min(size, now.inside + people),
    arrived,
  };
}

/** How many more of this badge may come in. */
function room(size: number, terms: Terms, now: State): number {
  const left = terms.exits ? size - now.inside : size;
  if (terms.reentry === "once") return Math.min(left, size - now.arrived);
  return terms.reentry === "daily" ? Math.min(left, size - now.arrived_today) : left;
}

function identity(badge: Pass, terms: Terms, day: string): Reason {
  if (OUT_OF_FORCE.has(badge.status)) return "revoked";
  if (badge.days.length > 0 && !badge.days.includes(day)) return "not_today";
  if (terms.days.length > 0 && !terms.days.includes(day)) return "not_today";
  return terms.kinds.length > 0 && !terms.kinds.includes(badge.kind) ? "wrong_area" : "";
}

/** Hours do not hold back who leaves. */
function hours(terms: Terms, direction: Direction, minute: number): Reason {
  if (!terms.active) return "closed";
  if (direction === "out") return "";
  const early = terms.opens !== null && minute < terms.opens;
  const late = terms.closes !== null && minute >= terms.closes;
  return early || late ? "closed" : "";
}

function use(terms: Terms, now: State, direction: Direction, people: number, size: number): Reason {
  if (direction === "out") return !terms.exits || people > now.inside ? "not_inside" : "";
  if (terms.exits && now.inside > 0 && now.inside + people > size) return "already_inside";
  if (terms.reentry === "free") return "";
  const used = terms.reentry === "once" ? now.arrived : now.arrived_today;
  return used + people > size ? "already_used" : "";
}

const first = (terms: Terms, shown: State): number | null =>
  terms.reentry === "once" ? shown.first_at : shown.first_today_at;

/**
 * `people` null: one person, and of a group all that remain. `state` is of the moment's day or an earlier one.
 * `forced`: somebody was let in already; `reason` is what the rules would have said, the state moves all the same.
 */
export function judge(
  badge: Pass,
  terms: Terms,
  state: State,
  direction: Direction,
  asked: number | null,
  moment: Moment,
  areaInside = 0,
  forced = false,
): Decision {
  const now = onDay(state, moment.day);
  const size = badge.size;
  let people = asked ?? Math.max(1, direction === "in" ? room(size, terms, now) : now.inside);
  if (asked !== null && direction === "in" && terms.reentry === "free" && !terms.exits) people = Math.min(people, size);
  let reason: Reason =
    identity(badge, terms, moment.day) ||
    hours(terms, direction, moment.minute) ||
    use(terms, now, direction, people, size);
  if (reason === "" || forced) {
    const after = moved(state, direction, people, size, moment.at, moment.day);
    const shown = onDay(after, moment.day);
    const delta = shown.inside - now.inside;
    if (reason === "" && direction === "in" && terms.capacity !== null && areaInside + delta > terms.capacity) {
      reason = delta > 0 ? "full" : "";
    }
    if (reason === "" || forced) {
      return { reason, people, state: after, delta, first_at: first(terms, shown), inside: shown.inside };
    }
  }
  return { reason, people, state, delta: 0, first_at: first(terms, now), inside: now.inside };
}
