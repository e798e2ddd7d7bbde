import assert from 'node:assert/strict';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../common/test/support/start-redis.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { fleetContract } from './contracts/fleet.contract.ts';
import { twoPodsContract } from './contracts/two-pods.contract.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround } from './support/start-pod.ts';

describe('relay pods', () => {
  cleanUpAfterEach();

  twoPodsContract('memory', async () => memoryGround(await createIdentity()));
  fleetContract('memory', async () => memoryGround(await createIdentity()));

  describe('with a real Redis', () => {
    const servers: RedisServer[] = [];
    before(async () => void servers.push(await startRedis()));
    after(async () => Promise.all(servers.map((server) => server.stop())));

    const lay = async () => {
      const [address] = servers;
      assert.ok(address);
      await flush(address);
      const log = silentLogger();
      const presence = await createRedisPresence(address, log);
      const announcements = await createRedisAnnouncements(address, log);
      afterTest(() => Promise.all([presence.close(), announcements.close()]));
      const connectBus = (podId: string) => createRedisBus({ address, podId, log });
      return { identity: await createIdentity(), presence, announcements, connectBus };
    };
    twoPodsContract('Redis', lay);
    fleetContract('Redis', lay);
  });
});

async function flush({ url }: RedisServer): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}
