/**
 * The gate on this phone: takes a code, asks the server or decides alone, and never loses what it saw.
 *
 * A scan is written down before anything else happens to it. While the server answers and nothing waits, it decides;
 * otherwise the phone does, by the list that it has.
 */

import { LONG, Refused, Revoked, type Answer } from "./api.ts";
import { momentOf } from "./clock.ts";
import { normalized, parse } from "./codes.ts";
import { after, alone, decide, type Alone } from "./decide.ts";
import { opened } from "./holder.ts";
import { Keeper } from "./keeper.ts";
import type { BadgeRow, Checkpoint, ScanRecord } from "./records.ts";
import { judge, NOBODY, onDay } from "./rules.ts";
import { unjudged, type GroupAsked, type Outcome, type Shown } from "./shown.ts";

const REMEMBERED = 50;

const nonceOf = (): string => {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

export class Engine extends Keeper {
  readonly log: Shown[] = [];

  override async restore(): Promise<void> {
    await super.restore();
    this.log.push(...((await this.store.get<Shown[]>("log")) ?? []));
  }

  override async forget(): Promise<void> {
    await super.forget();
    this.log.length = 0;
    this.before.clear();
  }

  /** `count`: how many of a group; undefined: ask where it is one. */
  async scan(typed: string, count?: number | null): Promise<Outcome | null> {
    const code = normalized(typed);
    const place = this.place();
    if (!code || !place) return null;
    const uid = parse(code)?.claims.uid ?? null;
    const badge = uid === null ? null : await this.store.badge(uid);
    if (count === undefined && badge && badge.size > 1) {
      const asked = await this.group(code, badge, place);
      if (asked) return { group: asked };
    }
    return { shown: await this.judged(code, uid, badge, place, count ?? null) };
  }

  private async group(code: string, badge: BadgeRow, place: Checkpoint): Promise<GroupAsked | null> {
    const moment = momentOf(this.now(), this.list?.edition.timezone ?? "UTC");
    const state = badge.state[place.area] ?? NOBODY;
    // What will be refused whatever their number needs no question.
    if (judge(badge, alone(place), state, this.settings.direction, 1, moment).reason) return null;
    const now = onDay(state, moment.day);
    const holder = await opened(code, badge.sealed);
    return {
      code,
      size: badge.size,
      arrived: place.reentry === "once" ? now.arrived : now.arrived_today,
      inside: now.inside,
      name: holder?.name ?? "",
      organisation: holder?.organisation ?? "",
    };
  }

  private async judged(
    code: string,
    uid: string | null,
    badge: BadgeRow | null,
    place: Checkpoint,
    count: number | null,
  ): Promise<Shown> {
    const record: ScanRecord = {
      what: "scan",
      nonce: nonceOf(),
      code,
      uid,
      checkpoint: place.code,
      area: place.area,
      direction: this.settings.direction,
      count,
      note: "",
      at: Date.now(),
      skew: this.wrongBy,
      verdict: "",
      reason: "",
      people: count ?? 1,
      tried: false,
      fault: "",
    };
    if (this.online && this.waitingNow === 0) {
      const shown = await this.asked(record, badge, place);
      if (shown) return shown;
      return this.decided({ ...record, tried: true }, place);
    }
    return this.decided(record, place);
  }

  /** By the server; null when it does not answer. */
  private async asked(record: ScanRecord, badge: BadgeRow | null, place: Checkpoint): Promise<Shown | null> {
    this.busy.add(record.nonce);
    const kept = await this.store.enqueue({ ...record, tried: true });
    this.pending.set(record.nonce, kept.seq);
    try {
      const { code, checkpoint, nonce, direction } = record;
      const more = record.count === null ? {} : { count: record.count };
      const answer = await this.api.scan({ code, checkpoint, nonce, direction, ...more });
      const shown = await this.answeredBy(answer, record, badge, place);
      await this.store.remove([kept.seq]);
      this.pending.delete(record.nonce);
      this.busy.delete(record.nonce);
      return shown;
    } catch (fault) {
      if (fault instanceof Refused && (fault.status !== 403 || fault.code === "other_checkpoint")) {
        // It looked at this one, and cannot judge it; whatever it is, the next badge is another matter.
        await this.store.remove([kept.seq]);
        this.pending.delete(record.nonce);
        this.busy.delete(record.nonce);
        return unjudged(record, fault.faults[0]?.message || fault.message, !this.online);
      }
      await this.failed(fault);
      if (fault instanceof Revoked) return unjudged(record, "", !this.online);
      return null;
    }
  }

  /** Asked of the server: where the record stands in the queue. */
  private readonly pending = new Map<string, number>();
  /** As a badge was before the scan, for taking it back. */
  private readonly before = new Map<string, BadgeRow>();

  private remember(nonce: string, badge: BadgeRow | null): void {
    if (!badge) return;
    this.before.set(nonce, badge);
    const oldest = this.before.keys().next();
    if (this.before.size > REMEMBERED && !oldest.done) this.before.delete(oldest.value);
  }

  /** By this phone. */
  private async decided(record: ScanRecord, place: Checkpoint): Promise<Shown> {
    const known = this.list;
    if (!known || (known.fresh === null && !known.keys.length)) {
      await this.settle(record, null, true);
      return unjudged(record, "no_list", !this.online);
    }
    const at = record.at - record.skew;
    const found = await decide(
      record.code,
      place,
      record.direction,
      record.count,
      at,
      known,
      (uid) => this.store.badge(uid),
    );
    const refused = found.decision.reason !== "";
    const done: ScanRecord = {
      ...record,
      uid: found.uid,
      verdict: refused ? "refused" : "admitted",
      reason: found.decision.reason,
      people: found.decision.people,
    };
    if (found.badge) this.remember(done.nonce, await this.store.badge(found.badge.id));
    await this.settle(done, found.badge, false);
    return this.keep(await this.byPhone(done, found));
  }

  /** Writes what the phone decided, over what it asked the server before, if it did. */
  private async settle(record: ScanRecord, badge: BadgeRow | null, drop: boolean): Promise<void> {
    const seq = this.pending.get(record.nonce);
    if (seq === undefined) {
      if (!drop) await this.store.enqueue(record, badge);
    } else {
      // Asked and never answered: the server will say what it made of it.
      if (!drop) await this.store.replace({ ...record, seq }, badge);
      this.pending.delete(record.nonce);
      this.busy.delete(record.nonce);
    }
    await this.count();
  }

  private async byPhone(record: ScanRecord, found: Alone): Promise<Shown> {
    const badge = found.uid === null ? null : await this.store.badge(found.uid);
    const holder = badge?.sealed ? await opened(record.code, badge.sealed) : null;
    return {
      verdict: record.verdict || "unjudged",
      reason: found.decision.reason,
      name: holder?.name ?? "",
      organisation: holder?.organisation ?? "",
      kind: found.kind,
      note: holder?.note ?? "",
      first: found.decision.first_at,
      direction: record.direction,
      people: found.decision.people,
      size: found.size,
      inside: found.decision.inside,
      arrived: found.decision.state.arrived,
      offline: true,
      unlisted: found.unlisted,
      nonce: record.nonce,
      at: record.at - record.skew,
      undone: false,
      fault: "",
    };
  }

  private async answeredBy(
    answer: Answer,
    record: ScanRecord,
    badge: BadgeRow | null,
    place: Checkpoint,
  ): Promise<Shown> {
    const at = record.at - record.skew;
    const people = answer.count ?? record.people;
    let arrived = 0;
    if (answer.verdict === "admitted" && badge && this.list) {
      const moment = momentOf(at, this.list.edition.timezone);
      const state = badge.state[place.area] ?? NOBODY;
      const found = judge(badge, alone(place), state, record.direction, people, moment, 0, true);
      this.remember(record.nonce, badge);
      await this.store.putBadge(after(badge, place, record.direction, found, moment.day));
      arrived = found.state.arrived;
      const done: ScanRecord = { ...record, verdict: "admitted", people, tried: true };
      this.answered = [...this.answered.slice(-500), { at: Date.now(), scan: done }];
    }
    return this.keep({
      verdict: answer.verdict,
      reason: answer.reason ?? "",
      name: answer.holder?.name ?? "",
      organisation: answer.holder?.organisation ?? "",
      kind: answer.holder?.kind ?? "",
      note: answer.holder?.note ?? "",
      first: answer.first_admitted_at ? Date.parse(answer.first_admitted_at) : null,
      direction: record.direction,
      people,
      size: answer.size ?? badge?.size ?? 1,
      inside: answer.here ?? 0,
      arrived,
      offline: false,
      unlisted: false,
      nonce: answer.nonce,
      at,
      undone: false,
      fault: "",
    });
  }

  private keep(shown: Shown): Shown {
    this.log.unshift(shown);
    this.log.length = Math.min(this.log.length, REMEMBERED);
    this.keepLog();
    return shown;
  }

  /** Without anybody's name: whoever finds the phone reads none. */
  private keepLog(): void {
    const bare = this.log.map((one) => ({ ...one, name: "", organisation: "", note: "" }));
    void this.store.set("log", bare);
  }

  /** Somebody found by name: only the server knows their code. */
  async admit(serial: string): Promise<Shown | null> {
    const place = this.place();
    if (!place) return null;
    const nonce = nonceOf();
    const answer = await this.api.admit(serial, { checkpoint: place.code, nonce, direction: this.settings.direction });
    const record = { nonce, at: Date.now(), skew: this.wrongBy, people: 1, direction: this.settings.direction };
    return this.answeredBy(answer, record as ScanRecord, null, place);
  }

  /** Takes the scan back: at once where the server answers, in its turn otherwise. */
  async undo(shown: Shown): Promise<void> {
    const at = this.log.indexOf(shown);
    if (this.online && this.waitingNow === 0) {
      try {
        await this.api.undo(shown.nonce, LONG);
        await this.takenBack(shown, at);
        this.wake();
        return;
      } catch (fault) {
        if (fault instanceof Refused) throw fault;
        await this.failed(fault);
      }
    }
    await this.store.enqueue({ what: "undo", nonce: shown.nonce, at: Date.now(), fault: "" });
    await this.takenBack(shown, at);
    await this.count();
    this.wake();
  }

  private async takenBack(shown: Shown, at: number): Promise<void> {
    if (at >= 0) this.log[at] = { ...shown, undone: true };
    this.keepLog();
    const before = this.before.get(shown.nonce);
    if (before) await this.store.putBadge(before);
    this.before.delete(shown.nonce);
    this.answered = this.answered.filter((one) => one.scan.nonce !== shown.nonce);
  }
}
