/** Announcements over Redis pub/sub, on one channel, as JSON. */
import { BadInput, parseJson } from '@spectral/proto/wire';
import * as v from 'valibot';
import type { Announcement, Announcements } from './announcements.ts';
import type { Logger } from './logger.ts';
import type { RedisAddress } from './redis-address.ts';
import { openRedisChannel } from './redis-channel.ts';

const CHANNEL = 'spectral:announcements';

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
  const listeners = new Set<(heard: Announcement) => void>();
  const channel = openRedisChannel({
    address,
    channel: CHANNEL,
    log,
    onMessage(bytes) {
      const heard = read(bytes.toString(), log);
      if (heard) for (const listener of listeners) listener(heard);
    },
    onBroken() {
      // What is missed, sweeps and looks of the listeners make good.
    },
  });
  await channel.hear();

  return {
    async publish(fact) {
      await channel.publish(CHANNEL, JSON.stringify(fact));
    },
    subscribe(listener) {
      const own = (heard: Announcement) => listener(heard);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      listeners.clear();
      channel.close();
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
