/** Who a badge's holder is: sealed with the badge's own code (checkin/sealing.py). */

export interface Holder {
  readonly name: string;
  readonly organisation: string;
  readonly note: string;
}

const INFO = new TextEncoder().encode("yinbo holder 1");

/** Null when it is another badge's. */
export async function opened(code: string, sealed: string): Promise<Holder | null> {
  try {
    const raw = Uint8Array.from(atob(sealed), (char) => char.charCodeAt(0));
    const from = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "HKDF", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: INFO },
      from,
      { name: "AES-GCM", length: 256 },
      false,
      ["decrypt"],
    );
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: raw.slice(0, 12) }, key, raw.slice(12));
    const { n = "", o = "", t = "" } = JSON.parse(new TextDecoder().decode(plain)) as Record<string, string>;
    return { name: n, organisation: o, note: t };
  } catch {
    return null;
  }
}
