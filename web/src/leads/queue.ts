/** Readings of badges that have not arrived yet, in this browser's own database: a closed tab loses nothing. */

export interface Reading {
  nonce: string;
  /** Where it is sent: each exhibitor's own. */
  post: string;
  body: Record<string, unknown>;
}

const NAME = "yinbo-leads";
const STORE = "queue";

function opened(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "at", autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function work<T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const asked = what(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = () => failed(transaction.error);
      transaction.onerror = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

type Kept = Reading & { at: number };

export async function keep(reading: Reading): Promise<void> {
  await work("readwrite", (store) => store.add(reading));
}

/** In the order in which they were read. */
export async function waiting(post: string): Promise<Kept[]> {
  const all = (await work("readonly", (store) => store.getAll())) as Kept[];
  return all.filter((one) => one.post === post);
}

export async function forget(at: number): Promise<void> {
  await work("readwrite", (store) => store.delete(at));
}
