/** Time that a test moves by hand. */
import type { Clock } from '../../src/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, running what is due on the way, in order. */
  advance(ms: number): void;
  /** Milliseconds until each callback that waits, soonest first. */
  waiting(): number[];
}

export function createManualClock(start = 1_000_000): ManualClock {
  let now = start;
  const timers = new Set<{ at: number; callback: () => void }>();
  const soonest = () => [...timers].toSorted((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (let timer = soonest(); timer && timer.at <= end; timer = soonest()) {
        timers.delete(timer);
        now = timer.at;
        timer.callback();
      }
      now = end;
    },
    waiting: () => [...timers].map((timer) => timer.at - now).toSorted((a, b) => a - b),
  };
}
