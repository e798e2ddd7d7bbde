// The present as state: one timer for all that counts seconds, and one for all that says how long ago.
import { useSyncExternalStore } from 'react';

function createClock(everyMs: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | null = null;
  let now = Date.now();
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    get: () => now,
    subscribe(listener: () => void) {
      if (listeners.size === 0) now = Date.now();
      listeners.add(listener);
      timer ??= setInterval(tick, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}

const seconds = createClock(500);
const minutes = createClock(20_000);

/** Now in ms since 1970, renewed twice a second: for what runs. */
export function useNow(): number {
  return useSyncExternalStore(seconds.subscribe, seconds.get);
}

/** Now in ms since 1970, renewed every 20 s: for "5 min ago". */
export function useRoughNow(): number {
  return useSyncExternalStore(minutes.subscribe, minutes.get);
}
