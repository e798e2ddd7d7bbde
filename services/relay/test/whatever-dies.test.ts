import assert from 'node:assert/strict';
import { connectMachine } from '@spectral/proto/client';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { startFakeGateway } from './support/fake-gateway.ts';
import { createIdentity, type Identity } from './support/identity.ts';
import { SESSION_ID, startLoggingMachine } from './support/logging-machine.ts';
import { startProcess, type RelayProcess } from './support/start-process.ts';
import { until } from './support/until.ts';

describe('whatever dies', function () {
  this.timeout(60_000);
  cleanUpAfterEach();

  it('readers see every event once and in order: relay processes killed, Redis killed, under load', async () => {
    const identity = await createIdentity();
    const redis = await startRedis();
    afterTest(() => redis.stop());
    const gatewayUrl = await startFakeGateway(identity);
    const start = () => startProcess({ gatewayUrl, redisUrl: redis.url });
    const relays: RelayProcess[] = [await start(), await start(), await start()];
    const urls = () => relays.map(({ url }) => url);
    const machine = startLoggingMachine(urls, () => identity.machineToken());
    const readers = Array.from({ length: 4 }, (_, index) => follow(identity, urls, index));
    const writing = setInterval(() => machine.append(), 4);
    afterTest(() => clearInterval(writing));
    const written = (more: number) => {
      const target = machine.log.length + more;
      return until('the machine writes on', () => machine.log.length >= target, 10_000);
    };
    await until('all readers follow', () => readers.every(({ seen }) => seen.length > 50), 10_000);

    for (const victim of [0, 1, 2]) {
      relays[victim]?.kill('SIGKILL');
      relays[victim] = await start();
      await written(75);
    }
    await redis.restart();
    await written(125);
    clearInterval(writing);

    const head = machine.log.length;
    assert.ok(head > 300);
    await until(
      'all readers have everything',
      () => readers.every(({ seen }) => seen.at(-1) === head),
      20_000,
    );
    const whole = Array.from({ length: head }, (_, index) => index + 1);
    for (const { seen } of readers) assert.deepEqual(seen, whole);
  });
});

/** A reader with the real client, which lands on another relay with each attempt. */
function follow(
  identity: Identity,
  urls: () => readonly string[],
  index: number,
): { readonly seen: number[] } {
  const seen: number[] = [];
  const attempts = { count: index };
  const client = connectMachine({
    machineId: 'machine',
    async getTicket() {
      const relayUrl = urls()[attempts.count++ % urls().length] ?? '';
      return { relayUrl, ticket: await identity.ticket('machine') };
    },
  });
  afterTest(() => client.close());
  client.openSession(SESSION_ID, {
    onReady(_ready, fresh) {
      if (fresh) seen.length = 0;
    },
    onEvents(events) {
      seen.push(...events.map(({ seq }) => seq));
    },
  });
  return { seen };
}
