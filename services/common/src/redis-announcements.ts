/** Announcements over Redis pub/sub, on one channel, as JSON. */
import { BadInput, parseJson } from '@spectral/proto/wire';
import * as v from 'valibot';
import type { Announcement, Announcements } from './announcements.ts';
import type { Logger } from './logger.ts';
import { openRedis, openRedisSubscriber, whenConnected, type RedisAddress } from './redis-connection.ts';

const CHANNEL = 'spectral:announcements';
const START_WAIT_MS = 2_000;

const machineId = v.string();
const announcement: v.GenericSchema<unknown, Announcement> = v.variant('type', [
  v.object({ type: v.literal('machine-revoked'), machineId }),
  v.object({ type: v.literal('machine-changed'), machineId }),
  v.object({ type: v.literal('machine-registered'), machineId, registration: v.number(), host: v.string() }),
  v.object({ type: v.literal('key-ended'), keyId: v.string() }),
  v.object({ type: v.literal('member-changed'), teamId: v.string(), userId: v.string() }),
  v.object({ type: v.literal('login-ended'), loginId: v.string() }),
  v.object({ type: v.literal('models-changed'), teamId: v.string() }),
  v.object({
    type: v.literal('presence'),
    machineId,
    podId: v.string(),
    epoch: v.number(),
    online: v.boolean(),
    registration: v.optional(v.number()),
    host: v.optional(v.string()),
    at: v.number(),
  }),
]);

/** Announcements in the Redis at `address`. Resolves when they are heard, or after two seconds of Redis being away. */
export async function createRedisAnnouncements(address: RedisAddress, log: Logger): Promise<Announcements> {
  const publisher = openRedis(address, log);
  const subscriber = openRedisSubscriber(address, log);
  const listeners = new Set<(heard: Announcement) => void>();

  subscriber.on('message', (_channel: string, text: string) => {
    const heard = read(text, log);
    if (heard) for (const listener of listeners) listener(heard);
  });
  const subscribed = subscriber.subscribe(CHANNEL).catch((err: unknown) => {
    log.warn({ err }, 'announcements are not heard');
  });
  await Promise.race([
    Promise.all([subscribed, whenConnected(publisher, START_WAIT_MS)]),
    whenConnected(subscriber, START_WAIT_MS).then(() => undefined),
  ]);
  if (subscriber.status === 'ready') await subscribed;

  return {
    async publish(fact) {
      await publisher.publish(CHANNEL, JSON.stringify(fact));
    },
    subscribe(listener) {
      const own = (heard: Announcement) => listener(heard);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      listeners.clear();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A release that knows more kinds of announcements than this one does no harm. */
function read(text: string, log: Logger): Announcement | null {
  try {
    return parseJson(announcement, text, 'announcement');
  } catch (err) {
    if (!(err instanceof BadInput)) throw err;
    log.warn({ err }, 'an announcement was not understood');
    return null;
  }
}
