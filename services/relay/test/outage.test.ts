import assert from 'node:assert/strict';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { FrameFlag } from '@spectral/proto/wire';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { openRedisWay } from './support/redis-way.ts';
import { startPod } from './support/start-pod.ts';
import { until } from './support/until.ts';

describe('while Redis is away', () => {
  cleanUpAfterEach();

  it('a request on its way between pods is answered 503 at once, to be sent again; one on the same pod goes on', async () => {
    const { redis, ground, identity } = await lay();
    const [a, b] = [await startPod(ground), await startPod(ground)];
    const machine = await connectMachine(a.url, await identity.machineToken());
    const ticket = () => identity.ticket('machine');
    const [near, far] = [
      await connectBrowser(a.url, await ticket()),
      await connectBrowser(b.url, await ticket()),
    ];
    machine.onRequest = () => {};
    const [nearAnswer, farAnswer] = [near.request({ call: 'near' }), far.request({ call: 'far' })];
    await until('both are asked', () => machine.frames.length === 2);

    await redis.kill();

    const { answer, frame, ms } = await farAnswer;
    assert.equal(answer.status, 503);
    assert.deepEqual(Object.keys((answer.body as { error: object }).error), ['code', 'message']);
    assert.equal(frame.flags, FrameFlag.fromRelay);
    assert.ok(ms < 2_000, `after ${ms} ms`);
    for (const asked of machine.frames) machine.answer(asked, { late: true });
    assert.equal((await nearAnswer).answer.status, 200);
  });
});

describe('while a machine’s pod alone cannot publish', () => {
  cleanUpAfterEach();

  it('an answer of the machine is lost, and its reader is told so as soon as publishing works', async () => {
    const { redis, ground, identity } = await lay();
    const way = await openRedisWay(redis.port);
    const connectBus = (podId: string) => createRedisBus({ address: way, podId, log: silentLogger() });
    const [a, b] = [await startPod({ ...ground, connectBus }), await startPod(ground)];
    const machine = await connectMachine(a.url, await identity.machineToken());
    const reader = await connectBrowser(b.url, await identity.ticket('machine'));
    machine.onRequest = () => {};
    const lost = reader.request({});
    await until('it is asked', () => machine.frames.length === 1);

    way.cutPublishing();
    await until('the pod notices', () => !a.relay.ready());
    for (const asked of machine.frames) machine.answer(asked, {});
    await until('the answer is lost', () => a.relay.counters.messagesUndelivered > 0);
    assert.ok(b.relay.ready());
    way.mend();

    const { answer, ms } = await lost;
    assert.equal(answer.status, 503);
    assert.deepEqual(Object.keys((answer.body as { error: object }).error), ['code', 'message']);
    assert.ok(ms < 2_500, `after ${ms} ms`);
    machine.onRequest = (asked) => machine.answer(asked, {});
    assert.equal((await reader.request({})).answer.status, 200);
  });
});

async function lay() {
  const redis = await startRedis();
  afterTest(() => redis.stop());
  const log = silentLogger();
  const presence = await createRedisPresence(redis, log);
  const announcements = await createRedisAnnouncements(redis, log);
  afterTest(() => Promise.all([presence.close(), announcements.close()]));
  const identity = await createIdentity();
  const connectBus = (podId: string) => createRedisBus({ address: redis, podId, log });
  return { redis, identity, ground: { identity, presence, announcements, connectBus } };
}
