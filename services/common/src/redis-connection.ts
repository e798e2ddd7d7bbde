/**
 * Connections to Redis as this house uses it: a command fails at once while Redis is away, instead of waiting for it,
 * because every caller has something better to do. The connection itself comes back by itself, also to the new master
 * after a fail-over.
 */
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.ts';
import {
  parseRedisUrl,
  type Credentials,
  type RedisAddress,
  type RedisNode,
  type RedisPlan,
} from './redis-address.ts';
import { LastingRedis } from './redis-lasting.ts';

/** One server (perhaps behind Sentinels), or a cluster. */
export type RedisClient = Redis | Cluster;

/** The longest wait between two attempts to reconnect. */
const MOST_BACKOFF_MS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** A Redis that took a command and does not answer is as good as away. */
const COMMAND_TIMEOUT_MS = 5_000;
/** How often the map of a cluster is read again, besides after each redirection: bounds the time after a fail-over. */
const SLOTS_REFRESH_MS = 1_000;

/** A connection for commands and publishing. Connects in the background. Throws BadRedisUrl. */
export function openRedis({ url }: RedisAddress, log: Logger): RedisClient {
  const plan = parseRedisUrl(url);
  const impatient = {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  };
  const client =
    plan.kind === 'cluster'
      ? openCluster(plan, impatient)
      : new LastingRedis({ ...serverOptions(plan), ...impatient, enableOfflineQueue: false });
  watch(client, log);
  return client;
}

/** A connection for subscriptions to one server, which it takes up again after each reconnect. */
export function openRedisSubscriber({ url }: RedisAddress, log: Logger): Redis {
  const redis = new LastingRedis({
    ...serverOptions(parseRedisUrl(url)),
    maxRetriesPerRequest: null,
    autoResubscribe: true,
  });
  watch(redis, log);
  return redis;
}

/** A connection for subscriptions to one node of the cluster at `address`. Once broken it stays so. */
export function openRedisNode({ url }: RedisAddress, node: RedisNode, log: Logger): Redis {
  const redis = new Redis({ ...commonOptions(parseRedisUrl(url)), ...node, retryStrategy: () => null });
  watch(redis, log);
  return redis;
}

/** Resolves when the connection can be used, or after `limitMs`; then it goes on trying in the background. */
export async function whenConnected(redis: RedisClient, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  await whenReady(redis, limitMs);
  if (!(redis instanceof Cluster)) return;
  await Promise.all(redis.nodes('master').map((node) => whenReady(node, end - Date.now())));
}

function whenReady(redis: RedisClient, limitMs: number): Promise<void> {
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

const backoff = (attempt: number) => Math.min(20 * 2 ** Math.min(attempt, 10), MOST_BACKOFF_MS);

function openCluster(
  plan: RedisPlan,
  redisOptions: Pick<
    RedisOptions,
    'autoResendUnfulfilledCommands' | 'maxRetriesPerRequest' | 'commandTimeout'
  >,
): Cluster {
  const cluster = new Cluster([...plan.nodes], {
    clusterRetryStrategy: backoff,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // Nothing is sent again behind what was sent later: messages keep their order, and callers hear of a failure at once.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // A certificate names hosts; without this a node is reached by its address.
    dnsLookup: (host, callback) => callback(null, host),
    enableOfflineQueue: false,
    redisOptions: { ...commonOptions(plan), ...redisOptions },
  });
  // A node would be connected to at its first command, and those that come meanwhile would fail.
  cluster.on('+node', (node: Redis) => {
    node.connect().catch(() => {
      // The cluster hears of it, and looks for its nodes again.
    });
  });
  return cluster;
}

function serverOptions(plan: RedisPlan) {
  const common = { ...commonOptions(plan), db: plan.database, retryStrategy: backoff };
  const [first] = plan.nodes;
  if (plan.kind !== 'sentinel') return { ...common, ...first };
  const { username, password } = given(plan.sentinelCredentials);
  return {
    ...common,
    sentinels: [...plan.nodes],
    name: plan.master,
    sentinelRetryStrategy: backoff,
    sentinelReconnectStrategy: backoff,
    // Leaves a master that was demoted and lives on.
    failoverDetector: true,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(common.tls ? { sentinelTLS: common.tls, enableTLSForSentinelMode: true } : {}),
  } satisfies RedisOptions;
}

function commonOptions({ credentials, tls }: RedisPlan) {
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    ...given(credentials),
    ...(tls ? { tls: tls.caFile === null ? {} : { ca: readFileSync(tls.caFile) } } : {}),
  } satisfies RedisOptions;
}

function given({ username, password }: Credentials): { username?: string; password?: string } {
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

/** One line when Redis goes, one when it is back. */
function watch(redis: RedisClient, log: Logger): void {
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
}
