/** What survives a closed tab: IndexedDB, and memory where the disk is full or there is none. */

import type { BadgeRow, Waiting } from "./records.ts";

const NAME = "yinbo-scanner";
const VERSION = 1;

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
  });

const ended = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error("storage"));
    transaction.onabort = () => reject(transaction.error ?? new Error("storage"));
  });

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const made = request.result;
      made.createObjectStore("meta");
      made.createObjectStore("badges", { keyPath: "id" });
      made.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
    request.onblocked = () => reject(new Error("storage is held by another page"));
  });
}

export class Store {
  private database: IDBDatabase | null = null;
  /** What the disk did not take: numbered behind everything that it has. */
  private spare: Waiting[] = [];
  private nextSpare = 1e12;
  private remembered = new Map<string, unknown>();
  private held = new Map<string, BadgeRow>();
  /** Why things are kept in memory only; empty while the disk takes them. */
  trouble = "";
  /** Called when `trouble` changes. */
  onTrouble: () => void = () => undefined;

  async start(): Promise<void> {
    try {
      this.database = await open();
      this.database.onversionchange = () => this.database?.close();
      this.database.onclose = () => this.fail(new Error("storage was closed"));
    } catch (fault) {
      this.fail(fault);
    }
  }

  private fail(fault: unknown): void {
    const name = fault instanceof Error || fault instanceof DOMException ? fault.name : "";
    const said = name === "QuotaExceededError" ? "full" : "broken";
    if (this.trouble !== said) {
      this.trouble = said;
      this.onTrouble();
    }
  }

  private well(): void {
    void this.writeRemembered();
    if (this.trouble && this.database && this.spare.length === 0) {
      this.trouble = "";
      this.onTrouble();
    }
  }

  /** The disk takes things again: what memory alone has kept must outlive the tab, too. */
  private async writeRemembered(): Promise<void> {
    const kept = [...this.remembered];
    if (kept.length === 0) return;
    try {
      const transaction = this.at("meta", "readwrite");
      for (const [key, value] of kept) transaction.objectStore("meta").put(value, key);
      await ended(transaction);
      for (const [key, value] of kept) if (this.remembered.get(key) === value) this.remembered.delete(key);
    } catch {
      // Not yet: the next thing that the disk takes tries again.
    }
  }

  /** Scans are on the disk before anybody sees a verdict; the list can be had again. */
  private at(stores: string | string[], mode: IDBTransactionMode, durability: "strict" | "relaxed" = "relaxed"): IDBTransaction {
    if (!this.database) throw new Error("no storage");
    return this.database.transaction(stores, mode, { durability } as IDBTransactionOptions);
  }

  async get<T>(key: string): Promise<T | null> {
    if (this.remembered.has(key)) return this.remembered.get(key) as T;
    if (!this.database) return null;
    try {
      return ((await asked(this.at("meta", "readonly").objectStore("meta").get(key))) as T | undefined) ?? null;
    } catch (fault) {
      this.fail(fault);
      return null;
    }
  }

  async set(key: string, value: unknown): Promise<void> {
    try {
      const transaction = this.at("meta", "readwrite");
      transaction.objectStore("meta").put(value, key);
      await ended(transaction);
      this.remembered.delete(key);
      this.well();
    } catch (fault) {
      this.remembered.set(key, value);
      this.fail(fault);
    }
  }

  async badge(uid: string): Promise<BadgeRow | null> {
    const held = this.held.get(uid);
    if (held) return held;
    if (!this.database) return null;
    try {
      const found = asked(this.at("badges", "readonly").objectStore("badges").get(uid));
      return ((await found) as BadgeRow | undefined) ?? null;
    } catch (fault) {
      this.fail(fault);
      return null;
    }
  }

  async countBadges(): Promise<number> {
    if (!this.database) return this.held.size;
    try {
      return await asked(this.at("badges", "readonly").objectStore("badges").count());
    } catch {
      return this.held.size;
    }
  }

  /** A piece of the list with what belongs to it: all or nothing of it, so that the cursor never runs ahead. */
  async takePiece(badges: readonly BadgeRow[], reset: boolean, meta: Record<string, unknown>): Promise<void> {
    try {
      const transaction = this.at(["badges", "meta"], "readwrite");
      const rows = transaction.objectStore("badges");
      if (reset) rows.clear();
      for (const badge of badges) rows.put(badge);
      for (const [key, value] of Object.entries(meta)) transaction.objectStore("meta").put(value, key);
      await ended(transaction);
      if (reset) this.held.clear();
      for (const badge of badges) this.held.delete(badge.id);
      for (const key of Object.keys(meta)) this.remembered.delete(key);
      this.well();
    } catch (fault) {
      if (reset) this.held.clear();
      for (const badge of badges) this.held.set(badge.id, badge);
      for (const [key, value] of Object.entries(meta)) this.remembered.set(key, value);
      this.fail(fault);
    }
  }

  async putBadge(badge: BadgeRow): Promise<void> {
    try {
      const transaction = this.at("badges", "readwrite");
      transaction.objectStore("badges").put(badge);
      await ended(transaction);
      this.held.delete(badge.id);
    } catch (fault) {
      this.held.set(badge.id, badge);
      this.fail(fault);
    }
  }

  /** Appends, and moves the badge with it. Answers the record with its place. */
  async enqueue<T extends Waiting>(record: T, badge: BadgeRow | null = null): Promise<T & { seq: number }> {
    try {
      const transaction = this.at(["queue", "badges"], "readwrite", "strict");
      const placed = asked(transaction.objectStore("queue").add(record));
      if (badge) transaction.objectStore("badges").put(badge);
      const seq = (await placed) as number;
      await ended(transaction);
      if (badge) this.held.delete(badge.id);
      return { ...record, seq };
    } catch (fault) {
      const seq = this.nextSpare++;
      const kept = { ...record, seq };
      this.spare.push(kept);
      if (badge) this.held.set(badge.id, badge);
      this.fail(fault);
      return kept;
    }
  }

  async replace(record: Waiting & { seq: number }, badge: BadgeRow | null = null): Promise<void> {
    const at = this.spare.findIndex((one) => one.seq === record.seq);
    if (at >= 0) {
      this.spare[at] = record;
      if (badge) this.held.set(badge.id, badge);
      return;
    }
    try {
      const transaction = this.at(["queue", "badges"], "readwrite", "strict");
      transaction.objectStore("queue").put(record);
      if (badge) transaction.objectStore("badges").put(badge);
      await ended(transaction);
      if (badge) this.held.delete(badge.id);
    } catch (fault) {
      this.spare.push(record);
      if (badge) this.held.set(badge.id, badge);
      this.fail(fault);
    }
  }

  async remove(seqs: readonly number[]): Promise<void> {
    const gone = new Set(seqs);
    this.spare = this.spare.filter((one) => !gone.has(one.seq ?? 0));
    try {
      const transaction = this.at("queue", "readwrite");
      for (const seq of seqs) transaction.objectStore("queue").delete(seq);
      await ended(transaction);
      this.well();
    } catch (fault) {
      this.fail(fault);
    }
  }

  /** In their order. */
  async queue(): Promise<(Waiting & { seq: number })[]> {
    let kept: Waiting[] = [];
    if (this.database) {
      try {
        kept = (await asked(this.at("queue", "readonly").objectStore("queue").getAll())) as Waiting[];
      } catch (fault) {
        this.fail(fault);
      }
    }
    const spare = new Set(this.spare.map((one) => one.seq));
    const all = [...kept.filter((one) => !spare.has(one.seq)), ...this.spare] as (Waiting & { seq: number })[];
    return all.sort((one, other) => one.seq - other.seq);
  }

  /** Everything, for good. */
  async wipe(): Promise<void> {
    this.spare = [];
    this.remembered.clear();
    this.held.clear();
    try {
      const transaction = this.at(["meta", "badges", "queue"], "readwrite");
      for (const name of ["meta", "badges", "queue"]) transaction.objectStore(name).clear();
      await ended(transaction);
    } catch (fault) {
      this.fail(fault);
    }
  }
}
