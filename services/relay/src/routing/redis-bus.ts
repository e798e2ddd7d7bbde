/**
 * Bus over Redis pub/sub: one inbox channel per pod, so that a message costs one publish and is read by the one pod it
 * is for. Publishing and subscribing have connections of their own. What Redis loses is not repeated here: readers
 * notice by sequence numbers, interest is repeated by its pod, and requests that reach nobody are reported.
 */
import {
  openRedis,
  openRedisSubscriber,
  whenConnected,
  type Logger,
  type RedisAddress,
} from '@spectral/common';
import type { Redis } from 'ioredis';
import type { Bus, BusListener } from './bus.ts';
import { BadBatch, decodeBatch, encodeBatch } from './pod-message-codec.ts';
import type { PodMessage } from './pod-message.ts';
import { createTickBatches } from './tick-batches.ts';

const inboxOf = (podId: string) => `spectral:pod:${podId}`;

/** Published and not yet confirmed; beyond this a message is given up rather than kept. */
const MOST_UNCONFIRMED_BYTES = 32 * 1024 * 1024;
const START_WAIT_MS = 2_000;
const PROBE_MS = 1_000;

interface Options {
  readonly address: RedisAddress;
  /** New at each start of the process. */
  readonly podId: string;
  readonly log: Logger;
}

/** A bus in the Redis at `address`. Connects in the background; `isReady` tells. */
export function createRedisBus({ address, podId, log }: Options): Bus {
  const publisher = openRedis(address, log);
  const subscriber = openRedisSubscriber(address, log);
  const own: { listener: BusListener | null; subscribed: boolean } = { listener: null, subscribed: false };
  const probe = startProbe(publisher);
  const flow = { unconfirmedBytes: 0 };

  const lose = (target: string, messages: readonly PodMessage[]) => {
    for (const message of messages) own.listener?.onUndelivered(target, message);
  };
  const publish = async (target: string, messages: readonly PodMessage[]) => {
    const batch = encodeBatch(podId, messages);
    if (flow.unconfirmedBytes + batch.length > MOST_UNCONFIRMED_BYTES) return lose(target, messages);
    flow.unconfirmedBytes += batch.length;
    try {
      if ((await publisher.publish(inboxOf(target), batch)) === 0) lose(target, messages);
    } catch {
      // Redis is away, which its connection has logged.
      lose(target, messages);
    } finally {
      flow.unconfirmedBytes -= batch.length;
    }
  };
  const batches = createTickBatches((target, messages) => void publish(target, messages));

  return {
    podId,
    async listen(listener) {
      own.listener = listener;
      subscriber.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => receive(bytes, listener, log));
      const subscribing = subscriber.subscribe(inboxOf(podId)).then(
        () => void (own.subscribed = true),
        (err: unknown) => log.warn({ err }, 'the inbox of this pod is not heard'),
      );
      await whenConnected(publisher, START_WAIT_MS);
      await whenConnected(subscriber, START_WAIT_MS);
      if (subscriber.status === 'ready') await subscribing;
    },
    send: (target, message) => batches.add(target, message),
    async reachable(podIds) {
      const counts = await publisher.pubsub('NUMSUB', ...podIds.map(inboxOf));
      return new Set(podIds.filter((_, index) => Number(counts[2 * index + 1]) > 0));
    },
    isReady: () =>
      own.subscribed && publisher.status === 'ready' && subscriber.status === 'ready' && probe.isAnswered(),
    async close() {
      batches.flush();
      probe.stop();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A batch that cannot be read comes from a pod of another release, or from no pod at all. */
function receive(bytes: Buffer, listener: BusListener, log: Logger): void {
  try {
    const { podId, messages } = decodeBatch(bytes);
    for (const message of messages) listener.onMessage(podId, message);
  } catch (err) {
    if (!(err instanceof BadBatch)) throw err;
    log.warn({ err }, 'a message between pods was not understood');
  }
}

/** Notices a Redis that keeps its connection and does not answer. */
function startProbe(redis: Redis): { isAnswered(): boolean; stop(): void } {
  const state = { unanswered: 0 };
  const timer = setInterval(() => {
    state.unanswered += 1;
    redis.ping().then(
      () => void (state.unanswered = 0),
      () => {
        // Counted as unanswered.
      },
    );
  }, PROBE_MS);
  timer.unref();
  return { isAnswered: () => state.unanswered < 3, stop: () => clearInterval(timer) };
}
