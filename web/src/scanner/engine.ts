/**
 * The gate on this phone: takes a code, asks the server or decides alone, and never loses what it saw.
 *
 * A scan is written down before anything else happens to it. While the server answers and nothing waits, it decides;
 * otherwise the phone does, by the list that it has.
 */

import { Api, Gone, LONG, PATIENCE, Refused, Revoked, type Answer } from "./api.ts";
import { skewOf } from "./clock.ts";
import { normalized, parse } from "./codes.ts";
import { after, alone, decide, type Alone } from "./decide.ts";
import { opened } from "./holder.ts";
import { Flush, refresh, type Line } from "./link.ts";
import {
  FIRST_SETTINGS,
  type BadgeRow,
  type Checkpoint,
  type Identity,
  type Known,
  type ScanRecord,
  type Settings,
  type Verdict,
} from "./records.ts";
import { judge, NOBODY, onDay, type Direction, type Reason } from "./rules.ts";
import { momentOf } from "./clock.ts";
import { Store } from "./store.ts";
import { warmUp } from "./verify.ts";

const OFTEN = 2_000;
const SELDOM = 10_000;
const REMEMBERED = 50;

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

export interface Status {
  readonly online: boolean;
  /** Since when not, by the server's clock; null while online. */
  readonly since: number | null;
  readonly waiting: number;
  readonly faulty: number;
  readonly badges: number;
  readonly loading: boolean;
  readonly skew: number;
  /** The server answers, but not to this: no role, no edition. */
  readonly trouble: string;
}

const nonceOf = (): string => {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

export class Engine implements Line {
  readonly api: Api;
  readonly store: Store;
  readonly version: string;
  settings: Settings = FIRST_SETTINGS;
  identity: Identity | null = null;
  readonly busy = new Set<string>();
  readonly log: Shown[] = [];
  onStatus: () => void = () => undefined;
  /** `wiped`: this phone was shut out; otherwise somebody has to sign in again. */
  onRevoked: (wiped: boolean) => void = () => undefined;

  private online = false;
  private offSince: number | null = null;
  private waitingNow = 0;
  private faultyNow = 0;
  private badgesNow = 0;
  private loading = false;
  private trouble = "";
  private wrongBy = 0;
  private list: Known | null = null;
  private timer = 0;
  private running: Promise<void> | null = null;
  private answered: { at: number; scan: ScanRecord }[] = [];
  private readonly flush: Flush;
  private stopped = true;

  constructor(api: Api, store: Store, version: string) {
    this.api = api;
    this.store = store;
    this.version = version;
    this.flush = new Flush(this);
    store.onTrouble = () => this.onStatus();
  }

  // ── what others ask ──

  skew(): number {
    return this.wrongBy;
  }

  known(): Known | null {
    return this.list;
  }

  learn(known: Known): void {
    this.list = known;
  }

  recent(since: number): readonly ScanRecord[] {
    return this.answered.filter((one) => one.at >= since).map((one) => one.scan);
  }

  now(): number {
    return Date.now() - this.wrongBy;
  }

  status(): Status {
    return {
      online: this.online,
      since: this.offSince,
      waiting: this.waitingNow,
      faulty: this.faultyNow,
      badges: this.badgesNow,
      loading: this.loading,
      skew: this.wrongBy,
      trouble: this.trouble,
    };
  }

  places(): readonly Checkpoint[] {
    const all = this.list?.checkpoints ?? [];
    const bound = this.identity?.bound;
    return bound ? all.filter((place) => place.code === bound) : all;
  }

  place(): Checkpoint | null {
    const all = this.places();
    return all.find((place) => place.code === this.settings.checkpoint) ?? (this.identity?.bound ? (all[0] ?? null) : null);
  }

  // ── life ──

  async restore(): Promise<void> {
    await this.store.start();
    this.identity = await this.store.get<Identity>("identity");
    this.settings = { ...FIRST_SETTINGS, ...((await this.store.get<Partial<Settings>>("settings")) ?? {}) };
    this.wrongBy = (await this.store.get<number>("skew")) ?? 0;
    this.list = await this.store.get<Known>("known");
    this.api.identity = this.identity;
    this.log.push(...((await this.store.get<Shown[]>("log")) ?? []));
    await this.count();
    this.badgesNow = await this.store.countBadges();
  }

  start(): void {
    this.stopped = false;
    addEventListener("online", this.wake);
    addEventListener("offline", this.lost);
    document.addEventListener("visibilitychange", this.wake);
    void warmUp().catch(() => undefined);
    void navigator.storage?.persist?.().catch(() => false);
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.lost);
    document.removeEventListener("visibilitychange", this.wake);
  }

  readonly wake = (): void => {
    if (this.stopped || document.visibilityState === "hidden") return;
    clearTimeout(this.timer);
    this.running ??= this.round().finally(() => {
      this.running = null;
      if (!this.stopped) this.timer = window.setTimeout(this.wake, this.online ? SELDOM : OFTEN);
    });
  };

  /** Ends once what waits has been tried; for the button "send now". */
  async sync(): Promise<void> {
    this.wake();
    await this.running;
  }

  readonly moved = (): void => {
    void this.count();
  };

  private readonly lost = (): void => this.setOnline(false);

  private setOnline(is: boolean): void {
    if (this.online === is && (is || this.offSince !== null)) return;
    this.online = is;
    this.offSince = is ? null : this.now();
    this.onStatus();
  }

  private async count(): Promise<void> {
    const all = (await this.store.queue()).filter((one) => !this.busy.has(one.nonce));
    this.faultyNow = all.filter((one) => one.fault).length;
    this.waitingNow = all.length - this.faultyNow;
    this.onStatus();
  }

  private async battery(): Promise<number | undefined> {
    const ask = (navigator as { getBattery?: () => Promise<{ level: number }> }).getBattery;
    try {
      return ask ? Math.round((await ask.call(navigator)).level * 100) : undefined;
    } catch {
      return undefined;
    }
  }

  /** One look at the server: are you there, here is what waits, what is new? */
  private async round(): Promise<void> {
    try {
      if (this.identity?.token === null && !this.api.csrf) this.api.csrf = (await this.api.session()).csrf ?? "";
      const battery = await this.battery();
      const asked = Date.now();
      const said = await this.api.heartbeat(
        {
          queue: this.waitingNow + this.faultyNow,
          ...(battery === undefined ? {} : { battery }),
          version: this.version,
          device_time: new Date(asked).toISOString(),
        },
        PATIENCE,
      );
      this.measure(asked, said.server_time);
      await this.follow(said.settings.checkpoint);
      await this.one(() => this.flush.all());
      this.trouble = "";
      this.setOnline(true);
      this.loading = this.list?.fresh == null;
      await this.one(() =>
        refresh(this, (badges) => {
          if (badges) this.badgesNow += this.loading ? badges : 0;
          this.onStatus();
        }),
      );
      this.loading = false;
      this.badgesNow = await this.store.countBadges();
      this.onStatus();
    } catch (fault) {
      await this.failed(fault);
    }
  }

  /** Two tabs of one phone don't do it twice. */
  private async one(work: () => Promise<void>): Promise<void> {
    if (!navigator.locks) return work();
    await navigator.locks.request("yinbo-line", work);
  }

  private measure(asked: number, server: string): void {
    const found = skewOf(asked, Date.now(), Date.parse(server));
    if (Math.abs(found - this.wrongBy) < 250) return;
    this.wrongBy = found;
    void this.store.set("skew", found);
    this.onStatus();
  }

  private async follow(bound: string | null): Promise<void> {
    if (!this.identity || this.identity.token === null || this.identity.bound === bound) return;
    await this.identify({ ...this.identity, bound });
  }

  private async failed(fault: unknown): Promise<void> {
    this.loading = false;
    if (fault instanceof Revoked) await this.revoked();
    else if (fault instanceof Refused) {
      this.trouble = fault.message || fault.code;
      this.setOnline(false);
      this.onStatus();
    } else if (fault instanceof Gone) this.setOnline(false);
    else {
      this.setOnline(false);
      console.error(fault);
    }
  }

  async identify(identity: Identity): Promise<void> {
    this.identity = identity;
    this.api.identity = identity;
    await this.store.set("identity", identity);
    this.onStatus();
  }

  async choose(changes: Partial<Settings>): Promise<void> {
    this.settings = { ...this.settings, ...changes };
    await this.store.set("settings", this.settings);
    this.onStatus();
  }

  /** Somebody has taken this phone's right away: nothing stays on it. A signed-in browser only has to sign in again. */
  private async revoked(): Promise<void> {
    const identity = this.identity;
    this.stop();
    if (identity?.token == null) {
      this.identity = null;
      this.api.identity = null;
      this.onRevoked(false);
      return;
    }
    await this.forget();
    await this.api.wiped(identity.token).catch(() => undefined);
    this.onRevoked(true);
  }

  /** Everything on this phone, for good. */
  async forget(): Promise<void> {
    this.stop();
    await this.store.wipe();
    this.identity = null;
    this.api.identity = null;
    this.list = null;
    this.log.length = 0;
    this.answered = [];
    this.settings = FIRST_SETTINGS;
    if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
  }

  // ── scanning ──

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
        return this.unjudged(record, fault.faults[0]?.message || fault.message);
      }
      await this.failed(fault);
      if (fault instanceof Revoked) return this.unjudged(record, "");
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
      return this.unjudged(record, "no_list");
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
    const people = answer.people ?? answer.count ?? record.people;
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
      inside: answer.inside,
      arrived,
      offline: false,
      unlisted: false,
      nonce: answer.nonce,
      at,
      undone: false,
      fault: "",
    });
  }

  private unjudged(record: ScanRecord, fault: string): Shown {
    return {
      verdict: "unjudged",
      reason: "",
      name: "",
      organisation: "",
      kind: "",
      note: "",
      first: null,
      direction: record.direction,
      people: record.people,
      size: 1,
      inside: 0,
      arrived: 0,
      offline: !this.online,
      unlisted: false,
      nonce: "",
      at: record.at - record.skew,
      undone: false,
      fault,
    };
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
