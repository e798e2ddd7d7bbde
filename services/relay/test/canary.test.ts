/** What people and agents say to each other appears nowhere: not in logs, metrics, traces, Redis or error texts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRedisAnnouncements, createRedisPresence } from '@spectral/common';
import { FrameKind, encodeFrame, toPayload } from '@spectral/proto/wire';
import { Redis } from 'ioredis';
import { listeningLogger } from '../../common/test/support/listening-logger.ts';
import { recordSpans } from '../../common/test/support/record-spans.ts';
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

  it('leaves nothing in logs, metrics, traces, and what Redis is told to keep', async () => {
    const redis = await startRedis();
    afterTest(() => redis.stop());
    const told = await commandsTo(redis.url);
    const { spans, stop } = recordSpans();
    afterTest(stop);
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
    assert.ok(lines.length >= 4);
    assert.match(told.kept.join(), /spectral:machine/);
    assert.ok(
      told.passedOn.some((message) => message.includes(CANARY)),
      'content went over Redis',
    );
    for (const text of [...lines, ...metrics, ...spans, ...told.kept])
      assert.ok(!text.includes(CANARY), text);
  });
});

/** Every command that Redis gets from now on: messages it passes on and forgets, and all the rest. */
async function commandsTo(url: string): Promise<{ kept: string[]; passedOn: string[] }> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  afterTest(() => {
    monitor.disconnect();
    redis.disconnect();
  });
  const told = { kept: [] as string[], passedOn: [] as string[] };
  monitor.on('monitor', (_time: string, words: readonly string[]) => {
    const isMessage = /^s?publish$/i.test(words[0] ?? '');
    // The channel's name is no message.
    told.kept.push(words.slice(0, isMessage ? 2 : undefined).join(' '));
    if (isMessage) told.passedOn.push(words.slice(2).join(' '));
  });
  return told;
}
