/** What people and agents say to each other appears nowhere: not in logs, metrics, Redis or error texts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  createRedisAnnouncements,
  createRedisPresence,
  silentLogger,
  type LogFields,
  type Logger,
} from '@spectral/common';
import { FrameKind, encodeFrame, toPayload } from '@spectral/proto/wire';
import { Redis } from 'ioredis';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { startPod } from './support/start-pod.ts';
import { until } from './support/until.ts';

const CANARY = 'canary-5f1e';

describe('content', function () {
  this.timeout(20_000);
  cleanUpAfterEach();

  it('leaves no trace in logs, metrics, and Redis’ keys and values', async () => {
    const redis = await startRedis();
    afterTest(() => redis.stop());
    const lines: string[] = [];
    const log = listeningLogger(lines);
    const identity = await createIdentity();
    const presence = await createRedisPresence(redis, log);
    const announcements = await createRedisAnnouncements(redis, log);
    afterTest(() => Promise.all([presence.close(), announcements.close()]));
    const connectBus = (podId: string) => createRedisBus({ address: redis, podId, log });
    const ground = { identity, presence, announcements, connectBus };
    const pods = [await startPod(ground, {}, log), await startPod(ground, {}, log)] as const;
    const machine = await connectMachine(pods[0].url, await identity.machineToken());
    const browser = await connectBrowser(pods[1].url, await identity.ticket('machine', { name: CANARY }));
    const channel = randomUUID();

    await browser.request({ say: CANARY });
    browser.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    await machine.control('open');
    machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence: 1 }, toPayload({ text: CANARY })));
    await browser.frame(FrameKind.events);
    browser.socket.emit('c', `{"kind":"${CANARY}"}`);
    await browser.closedWith();
    machine.socket.send(`{"kind":"pong","${CANARY}`);
    await machine.closed();
    await until('both ends are logged', () => lines.filter((line) => line.includes('ended')).length === 2);

    const metrics = await Promise.all(pods.map((pod) => pod.metrics.text()));
    const stored = await everythingIn(redis.url);
    assert.ok(lines.length >= 4);
    assert.match(stored.join(), /spectral:machine/);
    for (const text of [...lines, ...metrics, ...stored]) assert.ok(!text.includes(CANARY), text);
  });
});

function listeningLogger(lines: string[]): Logger {
  const write = (fields: LogFields, message: string) => {
    const { err, ...rest } = fields;
    const cause = err instanceof Error ? `${err.message} ${err.stack}` : '';
    lines.push(`${message} ${JSON.stringify(rest)} ${cause}`);
  };
  const log: Logger = {
    ...silentLogger(),
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => log,
  };
  return log;
}

async function everythingIn(url: string): Promise<string[]> {
  const redis = new Redis(url);
  afterTest(() => redis.disconnect());
  const keys = await redis.keys('*');
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  return [...keys, ...values.map(String)];
}
