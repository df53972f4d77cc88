/** Ed25519: by the browser where it can, else by a small library that is loaded only then. */

import type { Parsed } from "./codes.ts";

const CONTEXT = new TextEncoder().encode("yinbo badge 1\0");

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(hex.length / 2);
  for (let n = 0; n < out.length; n++) out[n] = parseInt(hex.slice(2 * n, 2 * n + 2), 16);
  return out;
}

type Check = (
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
) => Promise<boolean>;

const imported = new Map<string, Promise<CryptoKey>>();

async function byBrowser(
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const name = key.join();
  let ready = imported.get(name);
  if (!ready) {
    ready = crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    imported.set(name, ready);
  }
  return crypto.subtle.verify({ name: "Ed25519" }, await ready, signature, message);
}

export async function byLibrary(
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { verifyAsync } = await import("@noble/ed25519");
  try {
    return await verifyAsync(signature, message, key);
  } catch {
    return false;
  }
}

let chosen: Check | null = null;

/** Tried once with a key that is a point of the curve (RFC 8032, 7.1, test 1). */
async function check(): Promise<Check> {
  if (chosen) return chosen;
  try {
    const key = bytesOf("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    chosen = byBrowser;
  } catch {
    chosen = byLibrary;
  }
  return chosen;
}

/** Loads what is needed, so that it is there when the network is not. */
export async function warmUp(): Promise<void> {
  if ((await check()) === byLibrary) await import("@noble/ed25519");
}

/** `keys`: public keys in hex by number. */
export async function verify(parsed: Parsed, keys: ReadonlyMap<number, string>): Promise<boolean> {
  const key = keys.get(parsed.claims.key);
  if (!key) return false;
  const message = new Uint8Array(CONTEXT.length + parsed.payload.length);
  message.set(CONTEXT);
  message.set(parsed.payload, CONTEXT.length);
  try {
    return await (await check())(parsed.signature, message, bytesOf(key));
  } catch {
    return false;
  }
}
