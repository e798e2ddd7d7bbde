/**
 * Bus over Redis pub/sub: one inbox channel per pod, so that a message costs one publish and is read by the one pod it
 * is for. What Redis loses is not repeated here: readers notice by sequence numbers, interest is repeated by its pod,
 * and requests that reach nobody are reported.
 */
import { openRedisChannel, type Logger, type RedisAddress } from '@spectral/common';
import type { Bus, BusListener } from './bus.ts';
import { BadBatch, decodeBatch, encodeBatch } from './pod-message-codec.ts';
import type { PodMessage } from './pod-message.ts';
import { createTickBatches } from './tick-batches.ts';

const inboxOf = (podId: string) => `spectral:pod:${podId}`;

/** Published and not yet confirmed; beyond this a message is given up rather than kept. */
const MOST_UNCONFIRMED_BYTES = 32 * 1024 * 1024;

interface Options {
  readonly address: RedisAddress;
  /** New at each start of the process. */
  readonly podId: string;
  readonly log: Logger;
}

/** A bus in the Redis at `address`. Connects in the background; `isReady` tells. */
export function createRedisBus({ address, podId, log }: Options): Bus {
  const own: { listener: BusListener | null } = { listener: null };
  const channel = openRedisChannel({
    address,
    channel: inboxOf(podId),
    log,
    onMessage: (bytes) => own.listener && receive(bytes, own.listener, log),
    onBroken: () => own.listener?.onOutage(),
  });
  const flow = { unconfirmedBytes: 0 };

  const lose = (target: string, messages: readonly PodMessage[]) => {
    for (const message of messages) own.listener?.onUndelivered(target, message);
  };
  const publish = async (target: string, messages: readonly PodMessage[]) => {
    const batch = encodeBatch(podId, messages);
    if (flow.unconfirmedBytes + batch.length > MOST_UNCONFIRMED_BYTES) return lose(target, messages);
    flow.unconfirmedBytes += batch.length;
    try {
      if ((await channel.publish(inboxOf(target), batch)) === 0) lose(target, messages);
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
      await channel.hear();
    },
    send: (target, message) => batches.add(target, message),
    async reachable(podIds) {
      const heard = new Set(await channel.heardOf(podIds.map(inboxOf)));
      return new Set(podIds.filter((id) => heard.has(inboxOf(id))));
    },
    isReady: channel.isReady,
    async close() {
      batches.flush();
      channel.close();
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
