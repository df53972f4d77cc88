/** What counts as seen anew. */

/** Out of view for so long, and the same code is another scan. */
const AWAY = 1_500;

export class Sight {
  private last = "";
  private at = -Infinity;

  /** Whether it is to be scanned. `held`: nothing is, but what is in view stays the same. */
  fresh(code: string, now: number, held = false): boolean {
    const again = code === this.last && now - this.at < AWAY;
    if (again) this.at = now;
    if (again || held) return false;
    this.last = code;
    this.at = now;
    return true;
  }
}

/** Phones give the camera only to https and to the machine itself. */
export function allowed(): boolean {
  return window.isSecureContext && typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** WeChat's own browser: its camera and its storage are not to be relied on. */
export function inWeChat(agent: string): boolean {
  return /MicroMessenger/i.test(agent);
}
