/**
 * Where this browser's own keys are kept: IndexedDB, each under a lock of its own.
 *
 * WebCrypto does not know secp256k1, so the key cannot be one that the browser never shows. It lies encrypted under an
 * AES-GCM key that the browser made, uses and never gives out (`extractable: false`); a copy of the disk, or of the
 * database through some export, is worth nothing. A script on this very page could still use it: what keeps those out
 * is the page's policy.
 */

import type { Hex } from "../records/types";

export interface KeptKey {
  /** What it is for, as in "device:0x…". */
  name: string;
  address: Hex;
  lock: CryptoKey;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

/** This browser keeps no keys: a private window, storage that is switched off, or a page without https. */
export class NoVaultError extends Error {
  override readonly name = "NoVaultError";

  constructor() {
    super(
      "This browser keeps no keys here, as in some private windows and on pages without https. Your wallet signs each post instead.",
    );
  }
}

const DATABASE = "troth";
const STORE = "keys";

/** Seal a private key of 32 bytes; the bytes are wiped. Raises NoVaultError. */
export async function seal(key: Uint8Array<ArrayBuffer>): Promise<Pick<KeptKey, "lock" | "iv" | "sealed">> {
  if (crypto.subtle === undefined) throw new NoVaultError();
  const lock = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, lock, key);
  key.fill(0);
  return { lock, iv, sealed };
}

/** Give the private key of a record to `use`, and wipe it. */
export async function unsealed<Result>(
  record: KeptKey,
  use: (key: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const key = new Uint8Array(
    await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, record.lock, record.sealed),
  );
  try {
    return await use(key);
  } finally {
    key.fill(0);
  }
}

/** Keep a key; it takes the place of the one of its name. Raises NoVaultError. */
export const keepKey = (record: KeptKey): Promise<unknown> =>
  inStore("readwrite", (store) => store.put(record));

/** The key of a name, if there is one. Raises NoVaultError. */
export const findKey = <Kept extends KeptKey>(name: string): Promise<Kept | undefined> =>
  inStore("readonly", (store) => store.get(name) as IDBRequest<Kept | undefined>);

/** Forget the key of a name: it is gone. */
export const dropKey = (name: string): Promise<unknown> =>
  inStore("readwrite", (store) => store.delete(name));

async function inStore<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await answerOf(work(transaction.objectStore(STORE)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

async function open(): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "name" });
    return await answerOf(request);
  } catch {
    throw new NoVaultError();
  }
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
