/**
 * What keeps a phone in touch: looks for the server, sends what waits, brings the list up to date, knows the time, and
 * forgets everything when it is told to.
 */

import { Api, Gone, PATIENCE, Refused, Revoked } from "./api.ts";
import { skewOf } from "./clock.ts";
import { Flush, refresh, type Line } from "./link.ts";
import { FIRST_SETTINGS, type Checkpoint, type Identity, type Known, type ScanRecord, type Settings } from "./records.ts";
import { Store } from "./store.ts";
import { warmUp } from "./verify.ts";

const OFTEN = 2_000;
const SELDOM = 10_000;

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

export class Keeper implements Line {
  readonly api: Api;
  readonly store: Store;
  readonly version: string;
  settings: Settings = FIRST_SETTINGS;
  identity: Identity | null = null;
  readonly busy = new Set<string>();
  onStatus: () => void = () => undefined;
  /** `wiped`: this phone was shut out; otherwise somebody has to sign in again. */
  onRevoked: (wiped: boolean) => void = () => undefined;

  protected online = false;
  private offSince: number | null = null;
  protected waitingNow = 0;
  private faultyNow = 0;
  private badgesNow = 0;
  private loading = false;
  private trouble = "";
  protected wrongBy = 0;
  protected list: Known | null = null;
  private timer = 0;
  private running: Promise<void> | null = null;
  protected answered: { at: number; scan: ScanRecord }[] = [];
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

  protected async count(): Promise<void> {
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
      if (this.loading) performance.mark("list-begun");
      await this.one(() =>
        refresh(this, (badges) => {
          if (badges) this.badgesNow += this.loading ? badges : 0;
          this.onStatus();
        }),
      );
      if (this.loading) performance.mark("list-whole");
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

  protected async failed(fault: unknown): Promise<void> {
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
    this.answered = [];
    this.settings = FIRST_SETTINGS;
    if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
  }
}
