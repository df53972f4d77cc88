/** What the server is asked. A server that does not answer in time is gone as much as one that is not there. */

import type { BadgeRow, Checkpoint, EditionRow, Identity, Verdict } from "./records.ts";
import { NOBODY, type Direction, type Reason, type State } from "./rules.ts";

/** For an answer that somebody waits for at the gate. */
export const PATIENCE = 800;
/** For what runs beside the scanning. */
export const LONG = 20_000;

/** No answer, or none that helps: decide alone, try again later. */
export class Gone extends Error {
  readonly after: number;
  constructor(why: string, after = 0) {
    super(why);
    this.after = after;
  }
}

/** The token is good for nothing any more. */
export class Revoked extends Error {}

export interface Fault {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** The server has looked at it and does not take it. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  constructor(status: number, code: string, detail: string, faults: readonly Fault[]) {
    super(detail);
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

export interface Answer {
  readonly nonce: string;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly holder?: { readonly name: string; readonly organisation: string; readonly kind: string; readonly note?: string } | null;
  readonly first_admitted_at?: string | null;
  /** People in the area. */
  readonly inside: number;
  /** Of this badge. */
  readonly here?: number;
  readonly count?: number;
  readonly size?: number;
  readonly conflict?: boolean;
}

export interface SentScan {
  readonly code: string;
  readonly checkpoint: string;
  readonly nonce: string;
  readonly direction: Direction;
  readonly count?: number;
  readonly note?: string;
  readonly scanned_at?: string;
  readonly offline?: boolean;
  readonly device_verdict?: Verdict;
  readonly device_reason?: Reason;
}

interface StateOut {
  first_at?: string;
  day?: string;
  first_today_at?: string;
  arrived_today?: number;
  inside?: number;
  arrived?: number;
}

interface BadgeOut {
  id: string;
  kind: string;
  status: string;
  sealed: string;
  days?: string[];
  size?: number;
  note?: boolean;
  state?: Record<string, StateOut>;
}

export interface Piece {
  readonly badges: readonly BadgeRow[];
  readonly keys: readonly { number: number; public: string }[];
  readonly checkpoints: readonly Checkpoint[];
  readonly edition: EditionRow;
  readonly reset: boolean;
  readonly server_time: string;
  readonly next: string;
}

export interface Found {
  readonly serial: string;
  readonly holder: string;
  readonly organisation: string;
  readonly kind: string;
  readonly status: string;
  readonly mobile: string;
  readonly size: number;
}

export interface Stats {
  readonly admitted: number;
  readonly inside: number;
  readonly refused: Readonly<Record<string, number>>;
}

const moment = (text: string | undefined): number | null => (text ? Date.parse(text) : null);

function stateOf(out: StateOut): State {
  return {
    ...NOBODY,
    first_at: moment(out.first_at),
    day: out.day ?? null,
    first_today_at: moment(out.first_today_at),
    arrived_today: out.arrived_today ?? 0,
    inside: out.inside ?? 0,
    arrived: out.arrived ?? 0,
  };
}

function badgeOf(out: BadgeOut): BadgeRow {
  const state = Object.fromEntries(Object.entries(out.state ?? {}).map(([area, one]) => [area, stateOf(one)]));
  return {
    id: out.id,
    kind: out.kind,
    status: out.status,
    days: out.days ?? [],
    size: out.size ?? 1,
    note: out.note ?? false,
    sealed: out.sealed,
    state,
  };
}

interface Problem {
  detail?: string;
  code?: string;
  errors?: Fault[];
}

export class Api {
  identity: Identity | null = null;
  /** Of a signed-in browser. */
  csrf = "";
  locale = "zh-CN";

  private async ask<T>(method: string, path: string, body: unknown, patience: number): Promise<T> {
    const headers: Record<string, string> = { accept: "application/json", "accept-language": this.locale };
    const token = this.identity?.token;
    if (token) headers["authorization"] = `Bearer ${token}`;
    else if (this.csrf) headers["x-csrf-token"] = this.csrf;
    const wait = new AbortController();
    const timer = setTimeout(() => wait.abort(), patience);
    const request: RequestInit = {
      method,
      headers,
      signal: wait.signal,
      cache: "no-store",
      credentials: token ? "omit" : "same-origin",
    };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      request.body = JSON.stringify(body);
    }
    try {
      const answer = await fetch(`/api/v1${path}`, request);
      if (answer.status === 204) return undefined as T;
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as T;
      throw this.problem(answer, text);
    } catch (fault) {
      if (fault instanceof Gone || fault instanceof Refused || fault instanceof Revoked) throw fault;
      throw new Gone(String(fault));
    } finally {
      clearTimeout(timer);
    }
  }

  private problem(answer: Response, text: string): Error {
    let said: Problem = {};
    try {
      said = JSON.parse(text) as Problem;
    } catch {
      // A proxy in between, say.
    }
    const after = Number(answer.headers.get("retry-after")) || 0;
    if (answer.status === 401) return said.code ? new Revoked(said.detail ?? "") : new Gone("401 of somebody else");
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return new Gone(String(answer.status), after);
    // A captive portal or a proxy speaks here, not our server.
    if (!said.code) return new Gone(`${answer.status} of somebody else`);
    return new Refused(answer.status, said.code, said.detail ?? "", said.errors ?? []);
  }

  enrol(code: string, name: string): Promise<{ token: string; device: number; name: string; checkpoint: string | null }> {
    return this.ask("POST", "/gate/enrol", name ? { code, name } : { code }, LONG);
  }

  session(): Promise<{ name: string; csrf: string | null; server_time: string }> {
    return this.ask("GET", "/gate/session", undefined, LONG);
  }

  heartbeat(
    said: { queue: number; battery?: number; version: string; device_time: string },
    patience: number,
  ): Promise<{ server_time: string; settings: { edition: string; checkpoint: string | null } }> {
    return this.ask("POST", "/gate/heartbeat", said, patience);
  }

  async piece(since: string): Promise<Piece> {
    const query = since ? `?since=${encodeURIComponent(since)}` : "";
    const found = await this.ask<Omit<Piece, "badges"> & { badges: BadgeOut[] }>("GET", `/gate/snapshot${query}`, undefined, LONG);
    return { ...found, badges: found.badges.map(badgeOf) };
  }

  scan(scan: SentScan): Promise<Answer> {
    return this.ask("POST", "/scans", scan, PATIENCE);
  }

  batch(scans: readonly SentScan[]): Promise<{ results: Answer[] }> {
    return this.ask("POST", "/scans/batch", { device_time: new Date().toISOString(), scans }, LONG);
  }

  undo(nonce: string, patience = LONG): Promise<unknown> {
    return this.ask("POST", `/scans/${encodeURIComponent(nonce)}/undo`, {}, patience);
  }

  search(q: string): Promise<{ items: Found[] }> {
    return this.ask("GET", `/gate/search?q=${encodeURIComponent(q)}`, undefined, 5_000);
  }

  admit(serial: string, scan: Omit<SentScan, "code">): Promise<Answer> {
    return this.ask("POST", "/gate/admit", { serial, ...scan }, 5_000);
  }

  walkIn(said: Record<string, unknown>): Promise<{ serial: string; code: string; holder: string; kind: string }> {
    return this.ask("POST", "/gate/walk-in", said, 10_000);
  }

  stats(checkpoint: string): Promise<Stats> {
    return this.ask("GET", `/checkpoints/${encodeURIComponent(checkpoint)}/stats`, undefined, 5_000);
  }

  leave(): Promise<void> {
    return this.ask("POST", "/gate/leave", undefined, 5_000);
  }

  /** Without the token that is no good any more: only as what is said. */
  async wiped(token: string): Promise<void> {
    this.identity = null;
    await this.ask("POST", "/gate/wiped", { token }, 5_000);
  }
}
