/** A clock that stands still until a test moves it. */
import type { Timers } from '../../src/cluster/index.ts';

export interface FakeTimers extends Timers {
  /** Moves the clock, calling what is due in order; promises settle between the calls. */
  advance(ms: number): Promise<void>;
  /** How many calls are waiting. */
  readonly waiting: number;
}

export function fakeTimers(): FakeTimers {
  let now = 1_800_000_000_000;
  const due = new Map<symbol, { readonly at: number; readonly run: () => void }>();

  const earliest = (until: number) =>
    [...due].filter(([, { at }]) => at <= until).toSorted(([, one], [, other]) => one.at - other.at)[0];

  return {
    now: () => now,
    after(delayMs, run) {
      const id = Symbol('timer');
      due.set(id, { at: now + delayMs, run });
      return () => void due.delete(id);
    },
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (let next = earliest(until); next; next = earliest(until)) {
        const [id, { at, run }] = next;
        due.delete(id);
        now = Math.max(now, at);
        run();
        await settled();
      }
      now = until;
    },
    get waiting() {
      return due.size;
    },
  };
}

/** Lets promises that are ready run their course. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
