/** Spans of whole days, of UTC. */

export const USUAL_DAYS = 30;
export const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

/** The begin of the first of so many days, today included. */
export function firstMomentOf(days: number, now: Date): Date {
  return new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
}
