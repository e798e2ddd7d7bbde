/** Attempts counted in this process: for one process, and for tests. */
import type { RateLimit } from './rate-limit.ts';

/** Windows that ended are swept out when this many are held, so strangers cannot fill the memory. */
const SWEEP_AT = 10_000;

/** `nowMs` is a clock in milliseconds. */
export function createMemoryRateLimit(nowMs: () => number): RateLimit {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const sweep = () => {
    for (const [key, { endsAt }] of windows) if (endsAt <= nowMs()) windows.delete(key);
  };

  return {
    async attempt(key, { attempts, windowMs }) {
      if (windows.size >= SWEEP_AT) sweep();
      const now = nowMs();
      const held = windows.get(key);
      const window = held && held.endsAt > now ? held : { count: 0, endsAt: now + windowMs };
      window.count += 1;
      windows.set(key, window);
      return window.count > attempts ? window.endsAt - now : 0;
    },
    async forget(key) {
      windows.delete(key);
    },
  };
}
