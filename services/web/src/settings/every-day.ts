/** Costs of every day of a period: a report holds only the days with calls. */
import type { UsageReport } from '@spectral/proto/wire';

export interface DayCost {
  /** `2026-11-21` */
  readonly day: string;
  readonly cost: number;
}

const DAY_MS = 86_400_000;

/** From the day of `since` (ISO 8601) to the day of `now` (ms since 1970), both included. */
export function everyDay(days: UsageReport['byDay'], since: string, now: number): DayCost[] {
  const costs = new Map(days.map(({ day, cost }) => [day, cost]));
  const first = Math.floor(Date.parse(since) / DAY_MS);
  const last = Math.floor(now / DAY_MS);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const day = new Date((first + index) * DAY_MS).toISOString().slice(0, 10);
    return { day, cost: costs.get(day) ?? 0 };
  });
}
