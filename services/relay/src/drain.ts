/** Leaving without a visible break: nobody new, everybody asked to move, requests under way finished, then the rest closed. */
import { CLOSE } from '@spectral/proto/wire';
import type { Router } from './routing/router.ts';
import type { Timers } from './timers.ts';

export interface Drain {
  isDraining(): boolean;
  /** Resolves when nobody is connected any more. */
  run(spreadMs: number, graceMs?: number): Promise<void>;
  /** Resolves when nobody is connected, or after `limitMs`. */
  whenEmpty(limitMs: number): Promise<void>;
}

/** Those who stay past the spread get this long to finish their requests. */
const GRACE_MS = 3_000;
const LOOK_MS = 50;
const CLOSE_MS = 2_500;

export function createDrain({ router, timers }: { router: Router; timers: Timers }): Drain {
  const { held, watched } = router;
  const state = { draining: false };
  const isEmpty = () => watched.size === 0 && [...held.links()].length === 0;
  const until = (done: () => boolean, limitMs: number) => waitUntil(done, limitMs, timers);

  return {
    isDraining: () => state.draining,
    whenEmpty: (limitMs) => until(isEmpty, limitMs),
    async run(spreadMs, graceMs = GRACE_MS) {
      state.draining = true;
      held.drain();
      for (const link of held.links()) link.sendControl({ kind: 'drain', spreadMs });
      for (const reader of watched.readers()) reader.sendControl({ kind: 'drain', spreadMs });
      await until(isEmpty, spreadMs);
      await until(() => isEmpty() || (held.pendingRequests === 0 && watched.pendingRequests === 0), graceMs);
      for (const reader of watched.readers()) reader.close(CLOSE.draining, 'The relay is going away.');
      for (const link of held.links()) link.close(CLOSE.draining);
      await until(isEmpty, CLOSE_MS);
    },
  };
}

function waitUntil(done: () => boolean, limitMs: number, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      stopLooking();
      stopWaiting();
      resolve();
    };
    const stopLooking = timers.every(LOOK_MS, () => {
      if (done()) finish();
    });
    const stopWaiting = timers.after(limitMs, finish);
    if (done()) finish();
  });
}
