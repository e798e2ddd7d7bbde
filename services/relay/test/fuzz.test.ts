/**
 * Structure-aware noise on both links of a relay process: whatever comes, it lives, its memory stays bounded, and only
 * the sender's socket is closed.
 */
import assert from 'node:assert/strict';
import { CLOSE, CONTROL_EVENT, DATA_EVENT } from '@spectral/proto/wire';
import fc from 'fast-check';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { startFakeGateway } from './support/fake-gateway.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import {
  WHOLE_FROM_BROWSER,
  WHOLE_FROM_MACHINE,
  brokenBundle,
  bundle,
  control,
  frame,
  packet,
} from './support/noise.ts';
import { startProcess, type RelayProcess } from './support/start-process.ts';
import { until } from './support/until.ts';

/** With less heap than a leak would need, and what may come on top of the first runs outside of it. */
const HEAP_MB = 64;
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
const FIRST = { numRuns: 40 };
const RUNS = { numRuns: 150 };

describe('fuzzing', function () {
  this.timeout(90_000);
  cleanUpAfterEach();

  it('the machine link', async () => {
    const { fuzzingMachine, check } = await start();
    const noise = fc.asyncProperty(
      fc.array(fc.oneof(frame, bundle, control), { minLength: 1, maxLength: 10 }),
      async (messages) => {
        const machine = await fuzzingMachine();
        for (const message of messages) machine.socket.send(message);
        machine.socket.close();
        await machine.closed();
      },
    );

    await fc.assert(noise, FIRST);
    const isUnharmed = await check();
    await fc.assert(noise, RUNS);
    await fc.assert(
      fc.asyncProperty(brokenBundle(WHOLE_FROM_MACHINE), async (message) => {
        const machine = await fuzzingMachine();
        machine.socket.send(message);
        assert.equal(await machine.closed(), CLOSE.badFrame.code);
      }),
      RUNS,
    );

    await isUnharmed();
  });

  it('the browser link', async () => {
    const { fuzzingBrowser, check } = await start();
    const noise = fc.asyncProperty(
      fc.array(fc.oneof(packet, control), { minLength: 1, maxLength: 10 }),
      async (messages) => {
        const browser = await fuzzingBrowser();
        for (const [index, message] of messages.entries()) {
          if (index % 2) browser.socket.io.engine.write(message);
          else browser.socket.emit(typeof message === 'string' ? CONTROL_EVENT : DATA_EVENT, message);
        }
        browser.socket.disconnect();
      },
    );

    await fc.assert(noise, FIRST);
    const isUnharmed = await check();
    await fc.assert(noise, RUNS);
    await fc.assert(
      fc.asyncProperty(brokenBundle(WHOLE_FROM_BROWSER), async (message) => {
        const browser = await fuzzingBrowser();
        browser.send(message);
        assert.equal(await browser.closedWith(), CLOSE.badFrame.code);
      }),
      RUNS,
    );

    await isUnharmed();
  });
});

/**
 * A relay process with a machine and a browser that have nothing to do with the noise. `check` sees that they and the
 * process are well, and gives the way to see so again, with its memory no larger than noise may make it.
 */
async function start() {
  const identity = await createIdentity();
  const gatewayUrl = await startFakeGateway(identity);
  const relay = await startProcess({
    gatewayUrl,
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  });
  const machine = await connectMachine(relay.url, await identity.machineToken());
  const browser = await connectBrowser(relay.url, await identity.ticket('machine'));
  const isWell = async () => {
    assert.equal((await browser.request({})).answer.status, 200);
    assert.equal(machine.closeCode, null);
    assert.equal(browser.disconnected, false);
    await until('the noise has gone', async () => {
      const [links, browsers] = [
        metric(relay, 'relay_machine_links'),
        metric(relay, 'relay_browser_connections'),
      ];
      return (await links) === 1 && (await browsers) === 1;
    });
    assert.equal(await metric(relay, 'relay_requests_pending'), 0);
    assert.doesNotMatch(relay.output(), /"level":"(error|fatal)"/);
    return metric(relay, 'process_resident_memory_bytes');
  };
  return {
    fuzzingMachine: async () =>
      connectMachine(relay.url, await identity.machineToken({ sub: 'fuzzed', team: 'fuzz' })),
    fuzzingBrowser: async () =>
      connectBrowser(relay.url, await identity.ticket('machine', { sub: 'fuzzer' })),
    async check() {
      const before = await isWell();
      return async () => {
        const growth = (await isWell()) - before;
        assert.ok(growth < MOST_GROWTH_BYTES, `grew by ${growth} bytes`);
        assert.ok((await metric(relay, 'relay_bad_frames')) > 0, 'the noise was noticed');
      };
    },
  };
}

/** A figure of the relay, summed over its labels. */
async function metric({ url }: RelayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => new RegExp(`^${name}(_total)?[ {]`).test(line));
  assert.ok(lines.length > 0, `no metric ${name}`);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
