/**
 * The line to the server: what waits is sent in its order, then the list is brought up to date.
 *
 * One record that the server does not take never holds up the others: it is set aside for a person to look at.
 */

import { Gone, Refused, type Answer, type Api, type Piece, type SentScan } from "./api.ts";
import { withOwn } from "./decide.ts";
import type { BadgeRow, Known, ScanRecord, Waiting } from "./records.ts";
import type { Store } from "./store.ts";

export const BATCH = 500;
const SMALLEST = 20;

type Placed<T> = T & { seq: number };

export function sent(record: ScanRecord, skew: number): SentScan {
  return {
    code: record.code,
    checkpoint: record.checkpoint,
    nonce: record.nonce,
    direction: record.direction,
    ...(record.count === null ? {} : { count: record.count }),
    ...(record.note ? { note: record.note } : {}),
    // Somebody has set the phone's clock since: the server takes off what it is wrong by now.
    scanned_at: new Date(record.at - record.skew + skew).toISOString(),
    offline: record.verdict !== "",
    ...(record.verdict ? { device_verdict: record.verdict } : {}),
    ...(record.verdict === "refused" && record.reason ? { device_reason: record.reason } : {}),
  };
}

/** Which of them the server complains of; empty when it does not say. */
export function blamed(fault: Refused, among: number): number[] {
  const found = new Set<number>();
  for (const one of fault.faults) {
    const at = /^scans[.[](\d+)/.exec(one.field);
    if (at && Number(at[1]) < among) found.add(Number(at[1]));
  }
  return [...found];
}

export interface Line {
  readonly api: Api;
  readonly store: Store;
  skew(): number;
  known(): Known | null;
  learn(known: Known): void;
  /** Scans that somebody waits for at this moment. */
  readonly busy: ReadonlySet<string>;
  /** Answered by the server a moment ago, so that a piece of the list asked for before may not know it. */
  recent(since: number): readonly ScanRecord[];
  /** Called after each step, for the numbers on the screen. */
  moved(): void;
}

export class Flush {
  private readonly line: Line;
  private size = BATCH;

  constructor(line: Line) {
    this.line = line;
  }

  /** Everything that waits, or as much as the server takes. :throws Gone, Revoked */
  async all(): Promise<void> {
    for (;;) {
      const waiting = (await this.line.store.queue()).filter((one) => !one.fault && !this.line.busy.has(one.nonce));
      const first = waiting[0];
      if (!first) return;
      if (first.what === "undo") await this.undo(first);
      else {
        const upTo = waiting.findIndex((one) => one.what === "undo");
        const scans = (upTo < 0 ? waiting : waiting.slice(0, upTo)) as Placed<ScanRecord>[];
        await this.scans(scans.slice(0, this.size));
      }
      this.line.moved();
    }
  }

  private async undo(record: Placed<Waiting>): Promise<void> {
    try {
      await this.line.api.undo(record.nonce);
      await this.line.store.remove([record.seq]);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      // Not there, or taken back already: nothing more is to be done. Anything else a person has to know.
      if (fault.status === 404) await this.line.store.remove([record.seq]);
      else await this.line.store.replace({ ...record, fault: fault.message || fault.code });
    }
  }

  private async scans(scans: readonly Placed<ScanRecord>[]): Promise<void> {
    let answers: readonly Answer[];
    try {
      const told = scans.map((scan) => sent(scan, this.line.skew()));
      answers = (await this.line.api.batch(told)).results;
      this.size = Math.min(BATCH, this.size * 2);
    } catch (fault) {
      if (fault instanceof Gone) this.size = Math.max(SMALLEST, this.size >> 1);
      if (!(fault instanceof Refused) || (fault.status === 403 && fault.code !== "other_checkpoint")) throw fault;
      await this.sortOut(scans, fault);
      return;
    }
    await this.settle(scans, answers);
  }

  private async sortOut(scans: readonly Placed<ScanRecord>[], fault: Refused): Promise<void> {
    const bad = blamed(fault, scans.length);
    if (scans.length === 1 || bad.length > 0) {
      for (const at of scans.length === 1 ? [0] : bad) {
        const scan = scans[at];
        if (scan) await this.line.store.replace({ ...scan, fault: fault.faults[0]?.message || fault.message || fault.code });
      }
      return;
    }
    const half = scans.length >> 1;
    await this.scans(scans.slice(0, half));
    await this.scans(scans.slice(half));
  }

  private async settle(scans: readonly Placed<ScanRecord>[], answers: readonly Answer[]): Promise<void> {
    const { store } = this.line;
    for (const [n, scan] of scans.entries()) {
      const answer = answers[n];
      if (!answer) continue;
      // The server had this one before the line broke, and had refused whom the phone then let in: said once more,
      // as what it was.
      if (scan.tried && scan.verdict === "admitted" && answer.verdict === "refused") {
        await store.enqueue({ ...without(scan), nonce: `${scan.nonce.slice(0, 62)}~a`, tried: false });
      }
      // And the other way round: nobody came in by it.
      if (scan.tried && scan.verdict === "refused" && answer.verdict === "admitted") {
        await store.enqueue({ what: "undo", nonce: scan.nonce, at: Date.now(), fault: "" });
      }
    }
    await store.remove(scans.filter((_, n) => answers[n]).map((scan) => scan.seq));
    if (answers.length < scans.length) throw new Gone("answers are missing");
  }
}

function without(scan: Placed<ScanRecord>): ScanRecord {
  const { seq: _, ...rest } = scan;
  return rest;
}

/** Of those that the server may have counted, only what it has not: here more have come than there. */
function unknownTo(theirs: BadgeRow, ours: BadgeRow | null, scans: readonly ScanRecord[]): ScanRecord[] {
  return scans.filter((scan) => {
    if (!scan.tried) return true;
    return (theirs.state[scan.area]?.arrived ?? 0) < (ours?.state[scan.area]?.arrived ?? 0);
  });
}

/** The list, from where it stands to now. `heard`: after each piece. :throws Gone, Revoked, Refused */
export async function refresh(line: Line, heard: (badges: number, server: number) => void): Promise<void> {
  let coming: Promise<Piece> | null = null;
  for (let asked = Date.now(); ; ) {
    const before = line.known();
    let piece: Piece;
    try {
      piece = await (coming ?? line.api.piece(before?.cursor ?? ""));
    } catch (fault) {
      // A cursor that the server does not know begins anew.
      if (!(fault instanceof Refused) || fault.status !== 422 || !before?.cursor) throw fault;
      await line.store.set("known", { ...before, cursor: "" });
      piece = await line.api.piece("");
    }
    const server = Date.parse(piece.server_time);
    const whole = piece.badges.length === 0;
    // The next one is on its way while this one is put down.
    const wanted = asked;
    asked = Date.now();
    coming = whole ? null : line.api.piece(piece.next);
    coming?.catch(() => undefined);
    const known: Known = {
      edition: piece.edition,
      keys: piece.keys,
      checkpoints: piece.checkpoints,
      cursor: piece.next,
      fresh: whole ? server : piece.reset ? null : (before?.fresh ?? null),
    };
    const own = new Map<string, ScanRecord[]>();
    const queue = await line.store.queue();
    const undone = new Set(queue.filter((one) => one.what === "undo").map((one) => one.nonce));
    const waiting = queue.filter((one): one is Placed<ScanRecord> => one.what === "scan" && !undone.has(one.nonce));
    for (const scan of [...line.recent(wanted), ...waiting]) {
      if (scan.uid) own.set(scan.uid, [...(own.get(scan.uid) ?? []), scan]);
    }
    const badges: BadgeRow[] = [];
    for (const badge of piece.badges) {
      const scans = own.get(badge.id);
      badges.push(scans ? withOwn(badge, unknownTo(badge, await line.store.badge(badge.id), scans), known) : badge);
    }
    await line.store.takePiece(badges, piece.reset, { known });
    line.learn(known);
    heard(badges.length, server);
    if (whole) return;
  }
}
