import assert from 'node:assert/strict';
import {
  encodeFrame,
  FrameKind,
  decodeFrame,
  toPayload,
  type BrowserToRelay,
  type SessionEvent,
} from '../../wire/index.ts';
import { ChannelReader, type ChannelState } from '../../client/channel-reader.ts';
import { sessionStream } from '../../client/stream-payload.ts';
import { fakeTimers } from '../support/fake-timers.ts';
import { eventsFrame, headFrame, SESSION_ID, snapshotFrames } from '../support/reference-machine.ts';
import { numbered, type LogEvent } from '../support/session-logs.ts';

const log = numbered(
  Array.from({ length: 9 }, (_, index): SessionEvent => ({
    type: 'session_renamed',
    title: `title ${index + 1}`,
  })),
);

describe('channel reader', () => {
  it('opens from its cursor, tells the snapshot, and is live', () => {
    const { reader, sent, told, states, answer } = started();
    reader.reachable();

    answer(3);

    assert.deepEqual(sent, [{ kind: 'open', channel: SESSION_ID, cursor: { epoch: 0, seq: 0 } }]);
    assert.deepEqual(told, ['ready fresh', 'events 1-3']);
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live'],
    );
  });

  it('continues from its cursor after a break, without a fresh start', () => {
    const { reader, sent, told, states, answer } = started();
    reader.reachable();
    answer(3);

    reader.unreachable();
    reader.reachable();
    answer(5);

    assert.deepEqual(sent.at(-1), { kind: 'open', channel: SESSION_ID, cursor: { epoch: 1, seq: 3 } });
    assert.deepEqual(told.slice(2), ['ready', 'events 4-5']);
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live', 'behind', 'live'],
    );
  });

  it('can continue where another reader stopped', () => {
    const { reader, told, answer } = started({ cursor: { epoch: 1, seq: 2 } });
    reader.reachable();

    answer(4);

    assert.deepEqual(told, ['ready', 'events 3-4']);
  });

  it('opens again at once for a hole and stays live meanwhile, as long as that helps', () => {
    const { reader, sent, states, answer } = started();
    reader.reachable();
    answer(3);

    reader.data(live(6, 6));
    assert.equal(sent.length, 2);
    answer(6);

    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live'],
    );
  });

  it('waits longer and longer before opening again when that does not help', async () => {
    const { reader, sent, timers, states } = started();
    reader.reachable();
    const waits: number[] = [];

    for (let gap = 0; gap < 8; gap++) {
      const began = timers.now();
      const opens = sent.length;
      reader.control({ kind: 'gap', channel: SESSION_ID });
      reader.control({ kind: 'gap', channel: SESSION_ID });
      while (sent.length === opens) await timers.advance(50);
      waits.push(timers.now() - began);
    }

    assert.deepEqual(waits, [0, 250, 500, 1_000, 2_000, 5_000, 10_000, 10_000]);
    assert.deepEqual(states, [], 'nothing was ever shown');
  });

  it('asks at once again after it was whole for a while', async () => {
    const { reader, sent, timers, answer } = started();
    reader.reachable();
    answer(3);
    for (const seq of [4, 5, 6, 7]) {
      await timers.advance(6_000);
      const opens = sent.length;

      reader.control({ kind: 'gap', channel: SESSION_ID });

      assert.equal(sent.length, opens + 1);
      answer(seq);
    }
  });

  it('repeats an open that nothing answers, and says that it is behind', async () => {
    const { reader, sent, states, timers, answer } = started();
    reader.reachable();
    answer(3);
    reader.control({ kind: 'gap', channel: SESSION_ID });
    const opens = sent.length;

    await timers.advance(5_000);
    assert.equal(sent.length, opens + 1);
    await timers.advance(9_000);
    assert.equal(sent.length, opens + 1);
    await timers.advance(1_000);

    assert.equal(sent.length, opens + 2);
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live', 'behind'],
    );
  });

  it('waits for the machine without asking while it is away', async () => {
    const { reader, sent, timers } = started();
    reader.reachable();
    reader.unreachable();

    await timers.advance(120_000);

    assert.equal(sent.length, 1);
    assert.equal(timers.waiting, 0);
  });

  it('opens again when the head is beyond its cursor', () => {
    const { reader, sent, answer } = started();
    reader.reachable();
    answer(3);

    reader.data(decodeFrame(headFrame({ epoch: 1, events: log.slice(0, 4) })));

    assert.deepEqual(sent.at(-1), { kind: 'open', channel: SESSION_ID, cursor: { epoch: 1, seq: 3 } });
  });

  it('passes over events it does not know, and keeps their place', () => {
    const { reader, told, sent, answer } = started();
    reader.reachable();
    answer(3);
    const unknown = { type: 'hologram', seq: 4, at: 1 };

    reader.data(frameOf(4, { v: 1, events: [unknown] }));
    reader.data(live(5, 5));

    assert.deepEqual(told.slice(2), ['events 5-5']);
    assert.equal(sent.length, 1);
  });

  it('counts an unreadable payload as lost', () => {
    const { reader, sent, answer } = started();
    reader.reachable();
    answer(3);

    reader.data(frameOf(4, { v: 2, events: [] }));

    assert.equal(sent.length, 2);
  });

  it('says that the machine refused, asks no more, and tries again when the machine is back', async () => {
    const { reader, sent, states, timers, answer } = started();
    reader.reachable();
    reader.control({ kind: 'refused', channel: SESSION_ID, code: 'not-found', message: 'no such session' });
    await timers.advance(120_000);
    assert.equal(sent.length, 1);

    reader.unreachable();
    reader.reachable();
    answer(1);

    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['refused', 'opening', 'live'],
    );
  });

  it('asks again after a while when the refusal may be passing', async () => {
    const { reader, sent, states, timers, answer } = started();
    reader.reachable();
    reader.control({
      kind: 'refused',
      channel: SESSION_ID,
      code: 'store-failed',
      message: 'cannot be read now',
    });

    await timers.advance(10_000);
    assert.equal(sent.length, 2);
    answer(1);

    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['refused', 'opening', 'live'],
    );
  });

  it('says nothing after it was closed, not even what came with the last frame', () => {
    const { reader, sent, told, answer } = started({ closeOnReady: true });
    reader.reachable();

    answer(3);
    reader.data(live(4, 4));
    reader.close();

    assert.deepEqual(told, ['ready fresh']);
    assert.deepEqual(sent.at(-1), { kind: 'close', channel: SESSION_ID });
    assert.equal(sent.length, 2);
  });
});

function started({ cursor = { epoch: 0, seq: 0 }, closeOnReady = false } = {}) {
  const timers = fakeTimers();
  const sent: BrowserToRelay[] = [];
  const told: string[] = [];
  const states: ChannelState[] = [];
  const reader = new ChannelReader({
    channel: SESSION_ID,
    format: sessionStream,
    timers,
    cursor,
    send: (frame) => void sent.push(frame),
    handlers: {
      onReady(_ready, fresh) {
        told.push(fresh ? 'ready fresh' : 'ready');
        if (closeOnReady) reader.close();
      },
      onEvents: (events: readonly LogEvent[]) =>
        void told.push(`events ${events[0]?.seq}-${events.at(-1)?.seq}`),
      onState: (state) => void states.push(state),
    },
  });
  /** The machine answers the latest open with its log up to `head`. */
  const answer = (head: number) => {
    const open = sent.findLast((frame) => frame.kind === 'open');
    assert.ok(open?.kind === 'open');
    for (const bytes of snapshotFrames({ epoch: 1, events: log.slice(0, head) }, open.cursor, 100)) {
      reader.data(decodeFrame(bytes));
    }
  };
  return { reader, timers, sent, told, states, answer };
}

function live(from: number, to: number) {
  return decodeFrame(eventsFrame(1, log.slice(from - 1, to)));
}

function frameOf(sequence: number, payload: unknown) {
  return decodeFrame(
    encodeFrame({ kind: FrameKind.events, target: 1, sequence, channel: SESSION_ID }, toPayload(payload)),
  );
}
