/** Talks to the server about badges that were read. */

export interface Lead {
  id: number;
  holder: string;
  organisation: string;
}

export interface Answer {
  status: "held" | "consent_needed" | "unknown_badge" | "own_badge";
  lead: Lead | null;
  question: { version: string; locale: string } | null;
}

/** ``gone``: nobody answered; ``later``: too many, or signed out; ``refused``: it will never be taken. */
export type Sent = { kind: "answer"; answer: Answer } | { kind: "gone" | "later" | "refused" };

/** Milliseconds after which a server that hangs counts as gone. */
const PATIENCE = 4000;

export async function send(post: string, csrf: string, body: Record<string, unknown>): Promise<Sent> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(post, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
    if (answer.ok) return { kind: "answer", answer: (await answer.json()) as Answer };
    if (answer.status >= 500) return { kind: "gone" };
    return { kind: [401, 403, 404, 429].includes(answer.status) ? "later" : "refused" };
  } catch {
    return { kind: "gone" };
  } finally {
    clearTimeout(timer);
  }
}

export function nonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
