/** Attempts counted in Redis, for any number of processes: one counter per key that expires with its window. */
import type { RateLimit } from './rate-limit.ts';

/** What is needed of a Redis client. */
export interface RedisCommands {
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

const PREFIX = 'spectral:limit:';

/** Counts up and resolves with count and remaining life in one step, so no counter is left without an end. */
const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }
`;

export function createRedisRateLimit(redis: RedisCommands): RateLimit {
  return {
    async attempt(key, { attempts, windowMs }) {
      const answer = await redis.eval(COUNT, 1, PREFIX + key, windowMs);
      const [count = 0, remainingMs = 0] = Array.isArray(answer) ? answer.map(Number) : [];
      return count > attempts ? Math.max(1, remainingMs) : 0;
    },
    async forget(key) {
      await redis.del(PREFIX + key);
    },
  };
}
