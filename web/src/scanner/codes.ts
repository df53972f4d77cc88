/** What a badge's code says, as docs/codes.md has it byte by byte; checkin/codes.py is the other side. */

export interface Claims {
  readonly kind: string;
  readonly key: number;
  /** Decimal, as the list of badges names it. */
  readonly uid: string;
  /** Empty: every day; null: only the list knows. */
  readonly days: readonly string[] | null;
}

export interface Parsed {
  readonly claims: Claims;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const PREFIX = "YB:";
const LENGTH = 117;
const LONGEST = 1024;
const PAYLOAD = 12;
const WHOLE = 76;
const DAYS = 24;
const LISTED = 2 ** DAYS - 1;
const KINDS = ["", "exhibitor", "visitor", "guest", "speaker", "press", "crew", "group"];
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const EDGE = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** As scanners and hands deliver it; white space inside stays. */
export function normalized(text: string): string {
  return text.slice(0, LONGEST).normalize("NFKC").replace(EDGE, "").toUpperCase();
}

function base45(text: string): Uint8Array<ArrayBuffer> | null {
  const out = new Uint8Array((text.length / 3) * 2);
  for (let at = 0, n = 0; at < text.length; at += 3) {
    const [a, b, c] = [0, 1, 2].map((more) => ALPHABET.indexOf(text.charAt(at + more)));
    if (a === undefined || b === undefined || c === undefined || a < 0 || b < 0 || c < 0) return null;
    const value = a + b * 45 + c * 2025;
    if (value > 0xffff) return null;
    out[n++] = value >> 8;
    out[n++] = value & 255;
  }
  return out;
}

const EPOCH = Date.UTC(2000, 0, 1);
const dayAfter = (days: number): string => new Date(EPOCH + days * 86_400_000).toISOString().slice(0, 10);

function daysOf(first: number, mask: number): string[] | null {
  if (first === 0) return [];
  if (mask === LISTED) return null;
  const out: string[] = [];
  for (let n = 0; n < DAYS; n++) if ((mask >> n) & 1) out.push(dayAfter(first + n));
  return out;
}

/** Of a normalized code; null for what is none of ours. What it is worth says the signature. */
export function parse(code: string): Parsed | null {
  if (code.length !== LENGTH || !code.startsWith(PREFIX)) return null;
  const whole = base45(code.slice(PREFIX.length));
  if (whole === null || whole.length !== WHOLE) return null;
  const at = (n: number): number => whole[n] ?? 0;
  const kind = KINDS[at(0) & 15];
  if (at(0) >> 4 !== 1 || !kind || at(1) === 0) return null;
  let uid = 0;
  for (let n = 2; n < 7; n++) uid = uid * 256 + at(n);
  const days = daysOf(at(7) * 256 + at(8), (at(9) << 16) | (at(10) << 8) | at(11));
  return {
    claims: { kind, key: at(1), uid: String(uid), days },
    payload: whole.slice(0, PAYLOAD),
    signature: whole.slice(PAYLOAD),
  };
}
