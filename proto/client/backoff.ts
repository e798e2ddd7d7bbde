/** How long to wait before an attempt: the schedule of timing.ts, varied so that many clients do not return in step. */
import { BACKOFF_JITTER, BACKOFF_SCHEDULE_MS } from '../wire/index.ts';

/**
 * Milliseconds before attempt number `attempt` (1 is the first after a break); the last wait repeats for ever.
 * `random` gives a number from 0 up to 1.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const slot = Math.min(Math.max(attempt, 1), BACKOFF_SCHEDULE_MS.length) - 1;
  const wait = BACKOFF_SCHEDULE_MS[slot] ?? 0;
  return Math.round(wait * (1 + BACKOFF_JITTER * (2 * random() - 1)));
}
