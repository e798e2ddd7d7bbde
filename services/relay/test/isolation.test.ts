/** No frame crosses from one machine's people to another's, whatever ids, handles and channels are made up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fc from 'fast-check';
import {
  FrameFlag,
  FrameKind,
  MACHINE_CHANNEL,
  encodeFrame,
  messageOf,
  payloadText,
  type DataFrame,
} from '@spectral/proto/wire';
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
/** What a browser may try. */
const order = fc.record({
  act: fc.constantFrom('open', 'close', 'request', 'request'),
  target: fc.integer({ min: 1, max: 0xffffffff }),
  sequence: fc.integer({ min: 0, max: 50 }),
  channel: fc.constantFrom(...CHANNELS),
});
/** Who of all parties does it, and whether frames travel one by one or in one message. */
const move = fc.record({
  who: fc.nat(),
  forgeries: fc.array(forgery, { minLength: 1, maxLength: 8 }),
  bundled: fc.boolean(),
  order,
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

describe('isolation of teams that all forge at once', function () {
  this.timeout(60_000);
  cleanUpAfterEach();

  it('whatever anybody sends, a reader gets frames of its own machine, and a machine requests of its own readers', async () => {
    const { victims, intruders } = await start();
    const parties = [...victims, ...intruders];
    const readers = parties.flatMap((party) => party.readers.map((browser) => ({ party, browser })));
    for (const party of parties) answerLate(party);
    const usedIds = new Map(readers.map(({ browser }) => [browser, new Set<number>()]));
    for (const { browser } of readers) {
      for (const channel of CHANNELS)
        browser.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    }

    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 40 }), async (moves) => {
        for (const each of moves) {
          const forger = parties[each.who % parties.length];
          const orderer = readers[each.who % readers.length];
          assert.ok(forger && orderer);
          forge(forger, each.forgeries, each.bundled);
          const used = usedIds.get(orderer.browser);
          const isFresh = used?.size !== used?.add(each.order.target).size;
          if (isFresh || each.order.act !== 'request') obey(orderer.browser, orderer.party.name, each.order);
        }
        for (const { machine } of parties) await roundTrip(machine);
      }),
      { numRuns: 80 },
    );
    for (const { party, browser } of readers) await answered(browser, party.name, usedIds.get(browser));

    for (const { name, machine, readers: own } of parties) {
      assert.deepEqual(namesIn(machine.frames), new Set([name]), `requests at ${name}`);
      for (const reader of own) {
        assert.equal(reader.disconnected, false);
        const fromMachines = reader.frames.filter(({ flags }) => !(flags & FrameFlag.fromRelay));
        assert.deepEqual(namesIn(fromMachines), new Set([name]), `frames at a reader of ${name}`);
        const refusals = reader.controls.flatMap((each) => (each.kind === 'refused' ? [each.message] : []));
        for (const message of refusals) assert.equal(message, name);
      }
    }
  });
});

/** Some requests are always under way: each is answered when the next comes. */
function answerLate({ name, machine }: Party): void {
  machine.onRequest = () => {
    const held = machine.frames.at(-2);
    if (!held) return;
    machine.send(encodeFrame({ kind: FrameKind.response, target: held.target }, Buffer.from(name)));
  };
}

/** Sends made-up frames and one made-up refusal, all signed with the forger's name. */
function forge(
  { name, machine }: Party,
  forgeries: readonly Pick<DataFrame, 'kind' | 'target' | 'sequence' | 'channel'>[],
  bundled: boolean,
): void {
  const lastId = machine.frames.at(-1)?.target ?? 0;
  // Ids around those in use now: were they common to all machines, some of another's would be among them.
  const frames = forgeries.map((each) => {
    const target = each.kind === FrameKind.response ? Math.max(lastId + each.target - 6, 0) : each.target;
    return encodeFrame({ ...each, target: Math.min(target, 0xffffffff) }, Buffer.from(name));
  });
  for (const message of bundled ? [messageOf(frames)] : frames) machine.send(message);
  const [first] = forgeries;
  if (!first) return;
  const peer = Math.max(first.target, 1);
  machine.sendControl({ kind: 'refused', peer, channel: first.channel, code: 'forged', message: name });
}

function obey(browser: FakeBrowser, name: string, { act, target, sequence, channel }: Order): void {
  if (act === 'close') return browser.sendControl({ kind: 'close', channel });
  if (act === 'open') return browser.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
  browser.send(encodeFrame({ kind: FrameKind.request, target, sequence, channel }, Buffer.from(name)));
}

type Order = typeof order extends fc.Arbitrary<infer T> ? T : never;

/** Resolves when the reader has heard all its machine sent before: the answer to one more request comes behind it, once a second one came. */
async function answered(browser: FakeBrowser, name: string, used: Set<number> | undefined): Promise<void> {
  const unused = Array.from({ length: 10_000 }, (_, index) => index + 1).filter((id) => !used?.has(id));
  const [target = 0, next = 0] = unused;
  for (const id of [target, next]) {
    browser.send(encodeFrame({ kind: FrameKind.request, target: id }, Buffer.from(name)));
  }
  await until('an answer', () =>
    browser.frames.some((frame) => frame.kind === FrameKind.response && frame.target === target),
  );
}

/** Whose name the payloads carry. */
function namesIn(frames: readonly DataFrame[]): Set<string> {
  return new Set(frames.map(({ payload }) => payloadText(payload)));
}

interface Party {
  readonly name: string;
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
      name,
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
  const pong = once(socket, 'pong', { signal: AbortSignal.timeout(5_000) });
  socket.ping();
  await pong;
}
