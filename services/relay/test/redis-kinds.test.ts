import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import {
  REDIS_KINDS,
  flush,
  startBehindSentinel,
  startCluster,
  type RedisUnderTest,
} from '../../common/test/support/redis-kinds.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { busContract } from './contracts/bus.contract.ts';
import { twoPodsContract } from './contracts/two-pods.contract.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { createIdentity } from './support/identity.ts';
import { until } from './support/until.ts';

for (const [kind, start] of Object.entries(REDIS_KINDS)) {
  describe(`relays with Redis ${kind}`, function () {
    this.timeout(15_000);
    const started: RedisUnderTest[] = [];
    before(async () => void started.push(await start()));
    after(async () => Promise.all(started.map((redis) => redis.stop())));
    cleanUpAfterEach();
    const theRedis = () => {
      const [redis] = started;
      assert.ok(redis);
      return redis;
    };

    busContract(kind, async () => connect(theRedis()));

    // The others differ from one server in how they are connected to, a cluster in what is sent.
    if (start === startCluster) {
      twoPodsContract(kind, async () => {
        const address = theRedis();
        await flush(address);
        const log = silentLogger();
        const presence = await createRedisPresence(address, log);
        const announcements = await createRedisAnnouncements(address, log);
        afterTest(() => Promise.all([presence.close(), announcements.close()]));
        const connectBus = (podId: string) => createRedisBus({ address, podId, log });
        return { identity: await createIdentity(), presence, announcements, connectBus };
      });
    }
  });
}

describe('relays when a server of Redis dies', function () {
  this.timeout(25_000);
  cleanUpAfterEach();

  it('behind a Sentinel, messages travel again over its replica, and the outage was told', async () => {
    const redis = await startBehindSentinel();
    afterTest(() => redis.stop());
    const [here, there] = [connect(redis), connect(redis)];
    const heard: string[] = [];
    const outages: string[] = [];
    await here.listen({ onMessage() {}, onUndelivered() {}, onOutage: () => outages.push('here') });
    await there.listen({
      onMessage: (from) => heard.push(from),
      onUndelivered() {},
      onOutage: () => outages.push('there'),
    });

    await redis.kill();
    await until('both to know', () => outages.includes('here') && outages.includes('there'));
    assert.equal(here.isReady(), false);

    await until('ready again', () => here.isReady() && there.isReady(), 15_000);
    here.send(there.podId, { type: 'leave', machineId: 'm', reader: 1 });
    await until('a message', () => heard.length === 1);
  });

  it('in a cluster, a pod whose inbox has its node is reached', async () => {
    const redis = await startCluster();
    afterTest(() => redis.stop());
    // Fixed names: these inboxes lie on all three servers, four of them on the one that dies.
    const pods = Array.from({ length: 12 }, (_, index) => connect(redis, `pod-${index + 1}`));
    const heard = new Set<string>();
    for (const pod of pods) {
      await pod.listen({ onMessage: () => void heard.add(pod.podId), onUndelivered() {}, onOutage() {} });
    }

    await redis.kill();
    await until('some pods know that they are not heard', () => pods.some((pod) => !pod.isReady()), 10_000);
    const [sender] = pods.filter((pod) => pod.isReady());
    assert.ok(sender);
    for (const pod of pods) sender.send(pod.podId, { type: 'leave', machineId: 'm', reader: 1 });

    await until('all others are reached', () => pods.every((pod) => !pod.isReady() || heard.has(pod.podId)));
    assert.equal(heard.size, 8);
  });
});

function connect(address: RedisUnderTest, podId: string = randomUUID()) {
  const bus = createRedisBus({ address, podId, log: silentLogger() });
  afterTest(() => bus.close());
  return bus;
}
