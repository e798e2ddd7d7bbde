import assert from 'node:assert/strict';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { FrameFlag } from '@spectral/proto/wire';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
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
