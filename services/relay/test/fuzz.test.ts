/** Structure-aware noise on both links: whatever comes, the relay lives, and only the sender's socket is closed. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CONTROL_EVENT, FRAME_VERSION, HEADER_BYTES } from '@spectral/proto/wire';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround, startPod } from './support/start-pod.ts';

const uuid = fc.uuid();
/** Nearly a frame: a header with fields in and out of bounds, a payload of any bytes, now and then cut short. */
const frame = fc
  .tuple(
    fc.constantFrom(FRAME_VERSION, FRAME_VERSION, FRAME_VERSION, 0, 2),
    fc.integer({ min: 0, max: 7 }),
    fc.uint8Array({ minLength: HEADER_BYTES - 2, maxLength: HEADER_BYTES - 2 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.option(fc.integer({ min: 0, max: HEADER_BYTES }), { freq: 5 }),
  )
  .map(([version, kind, header, payload, cut]) => {
    const bytes = Buffer.concat([Buffer.from([version, kind]), header, payload]);
    return cut === null ? bytes : bytes.subarray(0, cut);
  });
/** Nearly a control frame of either link. */
const control = fc.oneof(
  fc
    .record(
      {
        kind: fc.constantFrom('pong', 'refused', 'open', 'close', 'ping', 'welcome', '__proto__'),
        peer: fc.oneof(fc.integer(), fc.string()),
        channel: fc.oneof(uuid, fc.string()),
        cursor: fc.oneof(fc.record({ epoch: fc.nat(), seq: fc.nat() }), fc.jsonValue()),
        code: fc.string(),
        message: fc.string(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string(),
);
/** Nearly a Socket.IO packet in our parser's form. */
const packet = fc.oneof(
  fc
    .record(
      {
        t: fc.oneof(fc.integer({ min: -1, max: 7 }), fc.jsonValue()),
        n: fc.constantFrom('/', '/other', '', '/__proto__'),
        d: fc.oneof(
          fc.tuple(fc.constantFrom('c', 'd', 'connect', 'error', 'newListener', '__proto__'), control),
          fc.jsonValue(),
        ),
        i: fc.oneof(fc.integer(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.string(),
  frame,
);

describe('fuzzing', function () {
  this.timeout(60_000);
  cleanUpAfterEach();

  it('the machine link', async () => {
    const { identity, pod, witnesses } = await start();

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(frame, control), { minLength: 1, maxLength: 10 }),
        async (messages) => {
          const machine = await connectMachine(
            pod.url,
            await identity.machineToken({ sub: 'fuzzed', team: 'fuzz' }),
          );
          for (const message of messages) machine.socket.send(message);
          machine.socket.close();
          await machine.closed();
        },
      ),
      { numRuns: 150 },
    );

    await witnesses();
  });

  it('the browser link', async () => {
    const { identity, pod, witnesses } = await start();

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(packet, control), { minLength: 1, maxLength: 10 }),
        async (messages) => {
          const browser = await connectBrowser(pod.url, await identity.ticket('machine', { sub: 'fuzzer' }));
          for (const [index, message] of messages.entries()) {
            if (index % 2) browser.socket.io.engine.write(message);
            else browser.socket.emit(CONTROL_EVENT, message);
          }
          browser.socket.disconnect();
        },
      ),
      { numRuns: 150 },
    );

    await witnesses();
    assert.ok(pod.relay.counters.badFrames > 0, 'the noise was noticed');
  });
});

/** A pod with a machine and a browser that have nothing to do with the noise; `witnesses` checks that they go on. */
async function start() {
  const identity = await createIdentity();
  const pod = await startPod(memoryGround(identity));
  const machine = await connectMachine(pod.url, await identity.machineToken());
  const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
  const witnesses = async () => {
    assert.equal((await browser.request({})).answer.status, 200);
    assert.equal(machine.closeCode, null);
    assert.equal(browser.disconnected, false);
  };
  return { identity, pod, witnesses };
}
