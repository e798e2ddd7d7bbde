/** One channel of Redis pub/sub, heard over a connection of its own: of one server, or of a cluster's node. */
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from './logger.ts';
import type { RedisAddress, RedisNode } from './redis-address.ts';
import { openRedisNode, openRedisSubscriber, whenConnected } from './redis-connection.ts';

export interface RedisSubscription {
  /** Subscribes, also again: mends a subscription that Redis has lost. Rejects while that cannot be done. */
  subscribe(): Promise<void>;
  isConnected(): boolean;
  close(): void;
}

export interface RedisSubscriptionParts {
  readonly address: RedisAddress;
  readonly channel: string;
  readonly onMessage: (bytes: Buffer) => void;
  /** The connection broke: messages may be missing. */
  readonly onBroken: () => void;
  readonly log: Logger;
}

const START_WAIT_MS = 2_000;

/** Of one server, also behind Sentinels. The client subscribes again whenever it has connected again. */
export function subscriptionOfServer(parts: RedisSubscriptionParts): RedisSubscription {
  const { address, channel, onMessage, onBroken, log } = parts;
  const redis = openRedisSubscriber(address, log);
  redis.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => onMessage(bytes));
  redis.on('close', onBroken);
  return {
    async subscribe() {
      const subscribed = redis.subscribe(channel);
      // Done once Redis is back, however long that takes.
      subscribed.catch((err: unknown) => log.warn({ err, channel }, 'a channel of Redis is not heard'));
      await whenConnected(redis, START_WAIT_MS);
      if (redis.status === 'ready') await subscribed;
    },
    isConnected: () => redis.status === 'ready',
    close: () => redis.disconnect(),
  };
}

/**
 * A sharded channel of a cluster: heard at the one node that has its slot. The client's own way to do this opens ever
 * more connections while a node is away; here there is one, and the caller's `subscribe` looks for the node again.
 */
export function subscriptionOfCluster(cluster: Cluster, parts: RedisSubscriptionParts): RedisSubscription {
  const { address, channel, onMessage, onBroken, log } = parts;
  const at: { redis: Redis | null; node: string; closed: boolean } = { redis: null, node: '', closed: false };
  const leave = () => {
    at.redis?.disconnect();
    at.redis = null;
  };
  const open = (node: RedisNode): Redis => {
    const redis = openRedisNode(address, node, log);
    redis.on('smessageBuffer', (_channel: Buffer, bytes: Buffer) => onMessage(bytes));
    redis.on('close', () => {
      if (at.redis !== redis) return;
      at.redis = null;
      onBroken();
    });
    return redis;
  };

  return {
    async subscribe() {
      const node = await nodeOf(cluster, channel);
      const name = `${node.host} ${node.port}`;
      if (at.closed) return;
      if (at.redis && at.node !== name) leave();
      at.redis ??= open(node);
      at.node = name;
      await at.redis.ssubscribe(channel);
    },
    isConnected: () => at.redis?.status === 'ready',
    close() {
      at.closed = true;
      leave();
    },
  };
}

/** The master of the channel's slot, as the cluster says now. */
async function nodeOf(cluster: Cluster, channel: string): Promise<RedisNode> {
  const [slot, ranges] = await Promise.all([cluster.cluster('KEYSLOT', channel), cluster.cluster('SLOTS')]);
  for (const [from, to, master] of ranges) {
    const [host, port] = Array.isArray(master) ? master : [];
    if (Number(from) <= slot && slot <= Number(to) && host) return { host: String(host), port: Number(port) };
  }
  throw new Error(`no node of the cluster has the slot of ${channel}`);
}
