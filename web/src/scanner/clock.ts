/** The expo's clock on a phone whose own may be wrong. */

import type { Moment } from "./rules.ts";

/** From here on the crew is told that the phone's clock is wrong. */
export const NOTICEABLE = 60_000;

/** The phone's clock minus the server's, measured around an answer. */
export function skewOf(asked: number, answered: number, server: number): number {
  return Math.round((asked + answered) / 2 - server);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, found);
  }
  return found;
}

function partsOf(at: number, zone: string): Record<string, string> {
  return Object.fromEntries(format(zone).formatToParts(at).map((part) => [part.type, part.value]));
}

/** `at`: milliseconds by the server's clock. */
export function momentOf(at: number, zone: string): Moment {
  const { year, month, day, hour, minute } = partsOf(at, zone);
  return { at, day: `${year}-${month}-${day}`, minute: Number(hour) * 60 + Number(minute) };
}

export function hourOf(at: number, zone: string): string {
  const { hour, minute } = partsOf(at, zone);
  return `${hour}:${minute}`;
}

/** With its day where that is another one. */
export function whenOf(at: number, now: number, zone: string): string {
  const then = momentOf(at, zone);
  return then.day === momentOf(now, zone).day ? hourOf(at, zone) : `${then.day.slice(5)} ${hourOf(at, zone)}`;
}
