/** How long the machine waits before it tries its relay again. */
import { BACKOFF_JITTER, BACKOFF_SCHEDULE_MS } from '@spectral/proto/wire';

/**
 * Milliseconds before attempt number `attempt` (0 is the first after a loss): the schedule's slot, its last one
 * repeated for ever, varied by up to BACKOFF_JITTER either way. `random` gives numbers from 0 to 1.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const slot =
    BACKOFF_SCHEDULE_MS[Math.min(attempt, BACKOFF_SCHEDULE_MS.length - 1)] ?? BACKOFF_SCHEDULE_MS[0];
  return Math.round(slot * (1 + BACKOFF_JITTER * (2 * random() - 1)));
}
