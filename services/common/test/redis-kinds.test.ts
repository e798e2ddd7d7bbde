import assert from 'node:assert/strict';
import { silentLogger } from '../src/logger.ts';
import { createRedisAnnouncements } from '../src/redis-announcements.ts';
import { createRedisPresence } from '../src/redis-presence.ts';
import { announcementsContract } from './contracts/announcements.contract.ts';
import { presenceContract } from './contracts/presence.contract.ts';
import {
  REDIS_KINDS,
  flush,
  startBehindSentinel,
  startCluster,
  type RedisUnderTest,
} from './support/redis-kinds.ts';

const ends: (() => unknown)[] = [];

for (const [kind, start] of Object.entries(REDIS_KINDS)) {
  describe(`Redis ${kind}`, function () {
    this.timeout(15_000);
    const started: RedisUnderTest[] = [];
    before(async () => void started.push(await start()));
    after(async () => Promise.all(started.map((redis) => redis.stop())));
    afterEach(endAll);
    const theRedis = () => {
      const [redis] = started;
      assert.ok(redis);
      return redis;
    };

    announcementsContract(kind, async () => {
      const redis = theRedis();
      return { here: await openAnnouncements(redis), there: await openAnnouncements(redis) };
    });

    presenceContract(kind, async () => {
      const redis = theRedis();
      await flush(redis);
      return {
        presence: await openPresence(redis),
        another: await openPresence(redis),
        age: (ms) => agePods(redis, ms),
      };
    });
  });
}

describe('when a server of Redis dies', function () {
  this.timeout(25_000);
  afterEach(endAll);

  it('behind a Sentinel, its replica takes over: what was claimed is known, and announcements are heard', async () => {
    const redis = await startBehindSentinel();
    ends.push(() => redis.stop());
    const presence = await openPresence(redis);
    const announcements = await openAnnouncements(redis);
    const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });
    const heard: string[] = [];
    announcements.subscribe(({ type }) => heard.push(type));

    await redis.kill();
    await eventually(() => presence.renew([entry]));
    await eventually(async () => {
      await announcements.publish({ type: 'models-changed', teamId: 't' });
      assert.ok(heard.length > 0);
    });

    assert.deepEqual((await presence.find(['m'])).get('m'), entry);
    const later = await presence.claim({ machineId: 'm', podId: 'b' });
    assert.ok(later.entry.epoch > entry.epoch);
  });

  it('in a cluster, machines and announcements of the other nodes go on', async () => {
    const redis = await startCluster();
    ends.push(() => redis.stop());
    const presence = await openPresence(redis);
    const announcements = await openAnnouncements(redis);
    const heard: string[] = [];
    announcements.subscribe(({ type }) => heard.push(type));

    await redis.kill();

    const ids = Array.from({ length: 60 }, (_, index) => `machine-${index}`);
    await eventually(async () => {
      const claims = await Promise.allSettled(
        ids.map((machineId) => presence.claim({ machineId, podId: `pod of ${machineId}` })),
      );
      assert.ok(claims.filter(({ status }) => status === 'fulfilled').length >= 15);
    });
    await eventually(async () => {
      await announcements.publish({ type: 'models-changed', teamId: 't' });
      assert.ok(heard.length > 0);
    });
  });
});

async function openPresence(redis: RedisUnderTest) {
  const presence = await createRedisPresence(redis, silentLogger());
  ends.push(() => presence.close());
  return presence;
}

async function openAnnouncements(redis: RedisUnderTest) {
  const announcements = await createRedisAnnouncements(redis, silentLogger());
  ends.push(() => announcements.close());
  return announcements;
}

async function agePods(redis: RedisUnderTest, ms: number): Promise<void> {
  for (const master of redis.masters()) {
    for (const key of await master.keys('spectral:pod:*')) await master.decrby(key, ms);
    master.disconnect();
  }
}

async function endAll(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end();
}

async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
