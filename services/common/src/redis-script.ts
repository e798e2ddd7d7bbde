/** Lua scripts in Redis: sent once, then called by their digest. */
import { createHash } from 'node:crypto';
import type { RedisClient } from './redis-connection.ts';

export type RedisScript = (
  redis: RedisClient,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** A script to be run on any connection. Redis runs it as one step. */
export function createRedisScript(source: string): RedisScript {
  const digest = createHash('sha1').update(source).digest('hex');
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      // Redis does not know it (any more): a new server, or one that lost its scripts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(source, keys.length, ...keys, ...args);
    }
  };
}
