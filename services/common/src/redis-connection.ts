/**
 * Connections to Redis as this house uses it: a command fails at once while Redis is away, instead of waiting for it,
 * because every caller has something better to do. The connection itself comes back by itself.
 */
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.ts';

/** How to reach Redis: `redis://` or `rediss://` (TLS), with `user:password@` for an ACL user. */
export interface RedisAddress {
  readonly url: string;
}

/** The longest wait between two attempts to reconnect. */
const MOST_BACKOFF_MS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** A Redis that took a command and does not answer is as good as away. */
const COMMAND_TIMEOUT_MS = 5_000;

/** A connection for commands and publishing. Connects in the background. */
export function openRedis({ url }: RedisAddress, log: Logger): Redis {
  return watched(
    new Redis(url, {
      ...COMMON,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
    }),
    log,
  );
}

/** A connection for subscriptions, which it takes up again after each reconnect. */
export function openRedisSubscriber({ url }: RedisAddress, log: Logger): Redis {
  return watched(new Redis(url, { ...COMMON, maxRetriesPerRequest: null, autoResubscribe: true }), log);
}

/** Resolves when the connection can be used, or after `limitMs`; then it goes on trying in the background. */
export function whenConnected(redis: Redis, limitMs: number): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      redis.off('ready', finish);
      resolve();
    };
    const timer = setTimeout(finish, limitMs);
    redis.on('ready', finish);
  });
}

const COMMON = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  keepAlive: 10_000,
  retryStrategy: (attempt: number) => Math.min(20 * 2 ** Math.min(attempt, 10), MOST_BACKOFF_MS),
} satisfies RedisOptions;

/** One line when Redis goes, one when it is back. */
function watched(redis: Redis, log: Logger): Redis {
  const state = { away: false, ended: false };
  redis.on('error', (err: Error) => {
    if (!state.away) log.warn({ err }, 'Redis is away');
    state.away = true;
  });
  redis.on('close', () => {
    if (!state.away && !state.ended) log.warn({}, 'Redis closed the connection');
    state.away = true;
  });
  redis.on('ready', () => {
    if (state.away) log.info({}, 'Redis is back');
    state.away = false;
  });
  redis.on('end', () => void (state.ended = true));
  return redis;
}
