/**
 * What many sockets share of one rate: all of a machine's links, a person's connections, a team's. A limiter is made at
 * the first frame and forgotten once it is full again, since a new one would be no different; so whoever is idle costs
 * nothing, and reconnecting gains nothing.
 */
import { RateLimiter, type RateLimits } from './rate-limit.ts';

export interface RateLedger {
  readonly limits: RateLimits;
  /** Counts frames that pass in any case. Milliseconds until `key` is within its limits again; 0 while it is. */
  charge(key: string, bytes: number, frames?: number): number;
  /** Counts a frame only if it is within the limits. Milliseconds until it would be; 0: it passed. */
  admit(key: string, bytes: number): number;
  /** How many are remembered now. */
  readonly size: number;
}

/** A sweep for full limiters is due when there are twice as many as the last one left, and at least this many. */
const SMALLEST_SWEEP = 64;

/** `now` in milliseconds since 1970. */
export function createRateLedger(limits: RateLimits, now: () => number): RateLedger {
  const limiters = new Map<string, RateLimiter>();
  const sweep = { at: SMALLEST_SWEEP };

  const forgetFull = (time: number) => {
    for (const [key, limiter] of limiters) if (limiter.isFull(time)) limiters.delete(key);
    sweep.at = Math.max(SMALLEST_SWEEP, 2 * limiters.size);
  };
  const limiterOf = (key: string, time: number): RateLimiter => {
    const known = limiters.get(key);
    if (known) return known;
    if (limiters.size >= sweep.at) forgetFull(time);
    const limiter = new RateLimiter(limits, time);
    limiters.set(key, limiter);
    return limiter;
  };

  return {
    limits,
    charge(key, bytes, frames = 1) {
      const time = now();
      return limiterOf(key, time).take(bytes, time, frames);
    },
    admit(key, bytes) {
      const time = now();
      return limiterOf(key, time).takeIfWithin(bytes, time);
    },
    get size() {
      return limiters.size;
    },
  };
}
