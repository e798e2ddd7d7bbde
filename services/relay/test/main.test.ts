import assert from 'node:assert/strict';
import { CLOSE } from '@spectral/proto/wire';
import { createRedisAnnouncements, silentLogger } from '@spectral/common';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { startFakeGateway } from './support/fake-gateway.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { launch, startProcess } from './support/start-process.ts';
import { until } from './support/until.ts';

describe('relay processes', function () {
  this.timeout(30_000);
  cleanUpAfterEach();

  it('a machine on one process answers a browser on another; kill -9 of a third is not noticed', async () => {
    const { start, identity } = await lay();
    const [a, b, bystander] = await Promise.all([start(), start(), start()]);
    await connectMachine(a.url, await identity.machineToken());
    const browser = await connectBrowser(b.url, await identity.ticket('machine'));
    assert.equal((await browser.request({})).answer.status, 200);

    bystander.kill('SIGKILL');
    const times: number[] = [];
    for (let call = 0; call < 50; call++) times.push((await browser.request({ call })).ms);

    assert.ok(Math.max(...times) < 2_000, `slowest call ${Math.max(...times)} ms`);
  });

  it('kill -9 of the machine’s process: its requests fail soon, and the machine is back at once elsewhere', async () => {
    const { start, identity } = await lay();
    const [a, b] = await Promise.all([start(), start()]);
    const machine = await connectMachine(a.url, await identity.machineToken());
    machine.onRequest = () => {};
    const browser = await connectBrowser(b.url, await identity.ticket('machine'));
    const waiting = browser.request({});
    await until('the request arrived', () => machine.frames.length === 1);

    a.kill('SIGKILL');
    const killedAt = performance.now();
    assert.equal((await waiting).answer.status, 503);
    assert.ok(performance.now() - killedAt < 3_000);
    assert.equal((await browser.control('presence')).online, false);

    const backAt = performance.now();
    await connectMachine(b.url, await identity.machineToken());
    assert.equal((await browser.request({})).answer.status, 200);
    assert.ok(performance.now() - backAt < 1_500);
  });

  it('a revoked machine is cut with 4001 on whichever process holds it, within a second', async () => {
    const { start, identity, announcements } = await lay();
    const a = await start();
    const machine = await connectMachine(a.url, await identity.machineToken());
    const begun = performance.now();

    await announcements.publish({ type: 'machine-revoked', machineId: 'machine' });

    assert.equal(await machine.closed(), CLOSE.machineRevoked.code);
    assert.ok(performance.now() - begun < 1_000);
  });

  it('a Redis outage leaves those on one process working, shows on /ready, and ends by itself', async () => {
    const { start, identity, redis } = await lay();
    const [a, b] = await Promise.all([start(), start()]);
    await connectMachine(a.url, await identity.machineToken());
    const [near, far] = [
      await connectBrowser(a.url, await identity.ticket('machine')),
      await connectBrowser(b.url, await identity.ticket('machine')),
    ];
    assert.equal(await statusOf(`${a.url}/ready`), 200);

    await redis.kill();
    assert.equal((await near.request({})).answer.status, 200);
    assert.equal((await far.request({})).answer.status, 503);
    await eventually(async () => (await statusOf(`${a.url}/ready`)) === 503);
    assert.equal(await statusOf(`${a.url}/health`), 200);

    await redis.restart();
    await eventually(async () => (await far.request({})).answer.status === 200);
    await eventually(async () => (await statusOf(`${a.url}/ready`)) === 200);
  });

  it('SIGTERM: not ready, everybody is told to move, a request under way is answered, exit 0', async () => {
    const { start, identity } = await lay();
    const a = await start();
    const machine = await connectMachine(a.url, await identity.machineToken());
    const browser = await connectBrowser(a.url, await identity.ticket('machine'));
    machine.onRequest = () => {};
    const waiting = browser.request({});
    await until('the request arrived', () => machine.frames.length === 1);

    a.kill('SIGTERM');
    assert.equal((await machine.control('drain')).spreadMs, 300);
    await browser.control('drain');
    assert.equal(await statusOf(`${a.url}/ready`), 503);
    const [request] = machine.frames;
    assert.ok(request);
    machine.answer(request, {});

    assert.equal((await waiting).answer.status, 200);
    assert.equal(await browser.closedWith(), CLOSE.draining.code);
    assert.equal(await machine.closed(), CLOSE.draining.code);
    assert.equal(await a.exited(), 0);
  });

  it('names every wrong setting at once and exits 1', async () => {
    const relay = launch({
      SPECTRAL_PORT: 'eighty',
      SPECTRAL_SERVICE_SECRET: 'short',
      REDIS_URL: 'http://x',
    });

    assert.equal(await relay.exited(), 1);
    for (const name of ['SPECTRAL_PORT', 'SPECTRAL_GATEWAY_URL', 'SPECTRAL_SERVICE_SECRET', 'REDIS_URL']) {
      assert.match(relay.output(), new RegExp(name));
    }
    assert.doesNotMatch(relay.output(), /\n\s+at /);
  });
});

async function lay() {
  const identity = await createIdentity();
  const redis = await startRedis();
  afterTest(() => redis.stop());
  const gatewayUrl = await startFakeGateway(identity);
  const announcements = await createRedisAnnouncements(redis, silentLogger());
  afterTest(() => announcements.close());
  const start = () => startProcess({ gatewayUrl, redisUrl: redis.url });
  return { identity, redis, announcements, start };
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 8000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, 'not within 8 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
