/** The PIN that ends the self check-in. */

const ROUNDS = 200_000;

async function derived(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<string> {
  const from = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, from, 256);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const isPin = (typed: string): boolean => /^\d{4,8}$/.test(typed);

export async function kept(pin: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return `${Array.from(salt).join(".")}:${await derived(pin, salt)}`;
}

export async function fits(pin: string, stored: string): Promise<boolean> {
  const [salt = "", hash = ""] = stored.split(":");
  return (await derived(pin, new Uint8Array(salt.split(".").map(Number)))) === hash;
}

/** After five wrong ones in a row each next one waits. */
export class Tries {
  private wrong = 0;
  private until = 0;

  /** Milliseconds to wait. */
  wait(now: number): number {
    return Math.max(0, this.until - now);
  }

  failed(now: number): void {
    this.wrong += 1;
    if (this.wrong >= 5) this.until = now + 30_000;
  }

  passed(): void {
    this.wrong = 0;
    this.until = 0;
  }
}
