/**
 * Redis pub/sub as this house uses it: each process hears one channel and publishes to any. One server, also behind
 * Sentinels, has all channels. In a cluster they are sharded: what is published goes to the one node that the channel's
 * name hashes to, in order, and not to all of them. Publishing and hearing have connections of their own.
 */
import { Cluster } from 'ioredis';
import { openRedis, whenConnected, type RedisClient } from './redis-connection.ts';
import { createRedisScript } from './redis-script.ts';
import {
  subscriptionOfCluster,
  subscriptionOfServer,
  type RedisSubscriptionParts,
} from './redis-subscription.ts';

export interface RedisChannel {
  /** Resolves with the number of those who hear that channel. Rejects while Redis is away. */
  publish(channel: string, message: Buffer | string): Promise<number>;
  /** Hears the own channel from now on, whatever becomes of the connection. Resolves when it does, or after a while. */
  hear(): Promise<void>;
  /** Those of the channels that are heard right now, by whomever. Rejects while Redis is away. */
  heardOf(channels: readonly string[]): Promise<string[]>;
  /** Whether Redis answers, and knows that the own channel is heard. */
  isReady(): boolean;
  close(): void;
}

const START_WAIT_MS = 2_000;
const PROBE_MS = 1_000;
/** A Redis that leaves this many probes in a row unanswered is away, whatever its connection says. */
const MOST_UNANSWERED = 3;

/** Connects in the background. `onBroken` is also called when publishing broke. Throws BadRedisUrl. */
export function openRedisChannel(parts: RedisSubscriptionParts): RedisChannel {
  const { address, channel: own, onBroken, log } = parts;
  const publisher = openRedis(address, log);
  const isCluster = publisher instanceof Cluster;
  const ways = isCluster ? SHARDED : PLAIN;
  const subscription = isCluster ? subscriptionOfCluster(publisher, parts) : subscriptionOfServer(parts);
  const probe = createProbe(async () => {
    const isHeard = subscription.isConnected() && (await ways.heardOf(publisher, [own])).length > 0;
    if (!isHeard) await subscription.subscribe();
    return isHeard;
  });
  publisher.on('close', onBroken);
  // One node of a cluster; the others go on.
  publisher.on('-node', onBroken);

  return {
    publish: (channel, message) => ways.publish(publisher, channel, message),
    async hear() {
      await whenConnected(publisher, START_WAIT_MS);
      await subscription.subscribe().catch((err: unknown) => {
        log.warn({ err, channel: own }, 'a channel of Redis is not heard yet');
      });
      await probe.begin();
    },
    heardOf: (channels) => ways.heardOf(publisher, channels),
    isReady: () => publisher.status === 'ready' && subscription.isConnected() && probe.isHeard(),
    close() {
      probe.stop();
      subscription.close();
      publisher.disconnect();
    },
  };
}

interface Ways {
  publish(publisher: RedisClient, channel: string, message: Buffer | string): Promise<number>;
  heardOf(publisher: RedisClient, channels: readonly string[]): Promise<string[]>;
}

const PLAIN: Ways = {
  publish: (publisher, channel, message) => publisher.publish(channel, message),
  async heardOf(publisher, channels) {
    const counts = await publisher.pubsub('NUMSUB', ...channels);
    return channels.filter((_, index) => Number(counts[2 * index + 1]) > 0);
  },
};

/** `PUBSUB` names no key, so a cluster would ask any node; a script asks the node of its key. */
const COUNT_SHARD = createRedisScript(`return redis.call('PUBSUB', 'SHARDNUMSUB', KEYS[1])[2]`);

const SHARDED: Ways = {
  publish: async (publisher, channel, message) => Number(await publisher.spublish(channel, message)),
  async heardOf(publisher, channels) {
    const counts = await Promise.all(channels.map((channel) => COUNT_SHARD(publisher, [channel], [])));
    return channels.filter((_, index) => Number(counts[index]) > 0);
  },
};

interface Probe {
  /** Looks for the first time; from then on each second. */
  begin(): Promise<void>;
  isHeard(): boolean;
  stop(): void;
}

/** Notices a Redis that keeps its connection and does not answer. `look` tells, and mends what it finds broken. */
function createProbe(look: () => Promise<boolean>): Probe {
  const state = { unanswered: 0, heard: false, looking: false };
  const timer: { clear: (() => void) | null } = { clear: () => {} };
  const probe = async () => {
    state.unanswered += 1;
    if (state.looking) return;
    state.looking = true;
    try {
      state.heard = await look();
      state.unanswered = 0;
    } catch {
      // Counted as unanswered.
      state.heard = false;
    } finally {
      state.looking = false;
    }
  };
  return {
    async begin() {
      if (!timer.clear) return;
      const interval = setInterval(() => void probe(), PROBE_MS);
      interval.unref();
      timer.clear = () => clearInterval(interval);
      await probe();
    },
    isHeard: () => state.heard && state.unanswered < MOST_UNANSWERED,
    stop() {
      timer.clear?.();
      timer.clear = null;
    },
  };
}
