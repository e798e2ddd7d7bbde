/** No frame crosses from one machine's people to another's, whatever ids, handles and channels are made up. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameKind, MACHINE_CHANNEL, encodeFrame } from '@spectral/proto/wire';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser, type FakeBrowser } from './support/fake-browser.ts';
import { connectMachine, type FakeMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround, startPod } from './support/start-pod.ts';
import { until } from './support/until.ts';

const CHANNELS = [
  MACHINE_CHANNEL,
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
];

/** What a foreign machine may try: every kind of frame, with ids as they are used for real and others. */
const forgery = fc.record({
  kind: fc.constantFrom(FrameKind.response, FrameKind.snapshot, FrameKind.events, FrameKind.head),
  target: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(0xffffffff)),
  sequence: fc.integer({ min: 0, max: 50 }),
  channel: fc.constantFrom(...CHANNELS),
});
const refusal = fc.record({ peer: fc.integer({ min: 1, max: 12 }), channel: fc.constantFrom(...CHANNELS) });

describe('isolation', function () {
  this.timeout(30_000);
  cleanUpAfterEach();

  it('a foreign machine reaches no reader of another team, on the same pod or another', async () => {
    const { victims, intruders } = await start();
    for (const { machine, readers } of [...victims, ...intruders]) {
      machine.onRequest = () => {};
      for (const reader of readers) {
        void reader.request({}).catch(() => {});
        for (const channel of CHANNELS)
          reader.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
      }
      await machine.control('open', readers.length * CHANNELS.length);
    }
    const [intruder] = intruders;
    assert.ok(intruder);

    await fc.assert(
      fc.asyncProperty(
        fc.array(forgery, { maxLength: 30 }),
        fc.array(refusal, { maxLength: 5 }),
        async (frames, refusals) => {
          for (const frame of frames) intruder.machine.send(encodeFrame(frame, Buffer.from('forged')));
          for (const each of refusals)
            intruder.machine.sendControl({ kind: 'refused', code: 'x', message: 'x', ...each });
          await roundTrip(intruder.machine);
        },
      ),
      { numRuns: 60 },
    );

    for (const { readers } of victims) {
      for (const reader of readers) {
        assert.deepEqual(reader.frames, []);
        assert.deepEqual(
          reader.controls.map(({ kind }) => kind),
          ['welcome'],
        );
      }
    }
    assert.ok(
      intruder.readers.some((reader) => reader.frames.length > 0),
      'the forgeries were real frames',
    );
  });

  it('a foreign browser reaches no machine but that of its ticket', async () => {
    const { victims, intruders } = await start();
    const [intruder] = intruders[0]?.readers ?? [];
    assert.ok(intruder);

    for (let target = 1; target < 40; target++) {
      for (const channel of CHANNELS) {
        intruder.send(
          encodeFrame({
            kind: FrameKind.request,
            target: target * 3 + CHANNELS.indexOf(channel),
            sequence: target,
            channel,
          }),
        );
        intruder.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
        intruder.sendControl({ kind: 'close', channel });
      }
    }
    await until('all answers', () => intruder.frames.length === 117);

    for (const { machine } of victims) {
      assert.deepEqual(machine.frames, []);
      assert.ok(machine.controls.every(({ kind }) => kind === 'welcome' || kind === 'ping'));
    }
  });
});

interface Party {
  readonly machine: FakeMachine;
  readonly readers: FakeBrowser[];
}

/** Two teams' machines on pod A and another on pod B, each with readers on both pods. */
async function start(): Promise<{ victims: Party[]; intruders: Party[] }> {
  const identity = await createIdentity();
  const ground = memoryGround(identity);
  const [a, b] = [await startPod(ground), await startPod(ground)];
  const party = async (name: string, team: string, url: string): Promise<Party> => {
    const machine = await connectMachine(url, await identity.machineToken({ sub: name, team }));
    const ticket = () => identity.ticket(name, { team, sub: `${team}-user` });
    return {
      machine,
      readers: [await connectBrowser(a.url, await ticket()), await connectBrowser(b.url, await ticket())],
    };
  };
  return {
    victims: [await party('victim-a', 'good', a.url), await party('victim-b', 'good', b.url)],
    intruders: [await party('intruder', 'bad', a.url)],
  };
}

/** Resolves when the relay has read everything the machine sent before: it answers a WebSocket ping in order. */
async function roundTrip({ socket }: FakeMachine): Promise<void> {
  assert.equal(socket.readyState, socket.OPEN, 'forged ids close nobody');
  const pong = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  await pong;
}
