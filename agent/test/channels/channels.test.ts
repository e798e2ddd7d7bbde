import { strict as assert } from 'node:assert';
import {
  FrameFlag,
  FrameKind,
  HEAD_REPEAT_MS,
  MACHINE_CHANNEL,
  SNAPSHOT_CHUNK_BYTES,
  decodeFrame,
  type DataFrame,
  type MachineToRelay,
  type SessionEvent,
  type SessionPayload,
} from '@spectral/proto/wire';
import { createChannels, type Channels, type PeerConnection } from '../../src/channels/channels.ts';
import { sessionInfoOf } from '../../src/store/session-record.ts';
import type { Store } from '../../src/store/store.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { insertSession, openTestStore } from '../support/test-store.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('channels', () => {
  const defer = useCleanUp();

  it('answers a reader from its cursor, in pieces that follow each other, the last one final', async () => {
    const { channels, connection, sent, session } = await start(
      Array.from({ length: 40 }, (_, index) => renamed(`${index} `.repeat(10_000))),
    );

    open(channels, connection, session, 5);
    await waitUntil('the last piece', () => sent().some(isFinal));

    const pieces = sent().map((frame) => ({ frame, payload: payloadOf(frame) }));
    assert.ok(pieces.length > 1);
    assert.equal(pieces[0]?.payload.ready?.from, 5);
    let after = 5;
    for (const { frame, payload } of pieces) {
      assert.equal(payload.from, after);
      assert.equal(frame.target, 7);
      assert.ok(frame.payload.length < 2 * SNAPSHOT_CHUNK_BYTES);
      after = frame.sequence;
    }
    assert.equal(after, 40);
  });

  it('waits with the next piece until the last one has left', async () => {
    const { channels, connection, sent, session, hold } = await start(
      Array.from({ length: 30 }, () => renamed('x'.repeat(60_000))),
    );
    hold.sending = Promise.withResolvers();

    open(channels, connection, session);
    await new Promise(setImmediate);
    assert.equal(sent().length, 1);
    hold.sending.resolve();

    await waitUntil('the last piece', () => sent().some(isFinal));
  });

  it('stops a snapshot when its reader leaves', async () => {
    const { channels, connection, sent, session, hold } = await start(
      Array.from({ length: 30 }, () => renamed('x'.repeat(60_000))),
    );
    hold.sending = Promise.withResolvers();
    open(channels, connection, session);

    channels.control(connection, { kind: 'close', peer: 7, channel: session });
    hold.sending.resolve();
    await new Promise(setImmediate);

    assert.equal(sent().length, 1);
  });

  it('starts over with a reader of another epoch, and with one that is ahead of the log', async () => {
    const { channels, connection, sent, session, store } = await start([renamed('a'), renamed('b')]);
    const before = store.epoch.current;

    channels.control(connection, {
      kind: 'open',
      peer: 7,
      channel: session,
      cursor: { epoch: before + 9, seq: 2 },
    });
    channels.control(connection, {
      kind: 'open',
      peer: 8,
      channel: session,
      cursor: { epoch: before, seq: 99 },
    });
    await waitUntil('both snapshots', () => sent().filter(isFinal).length === 2);

    assert.deepEqual(
      sent().map((frame) => [payloadOf(frame).ready?.from, payloadOf(frame).ready?.epoch]),
      [
        [0, before],
        [0, before + 1],
      ],
    );
  });

  it('sends events once however many read, and not at all when nobody does', async () => {
    const { channels, connection, broadcast, session } = await start([]);
    const publish = (seq: number) =>
      channels.publishSession(session, [{ sessionId: session, seq, at: 1, event: renamed('t') }]);

    publish(1);
    open(channels, connection, session);
    channels.control(connection, { kind: 'open', peer: 8, channel: session, cursor: { epoch: 0, seq: 0 } });
    publish(2);
    channels.control(connection, { kind: 'peer_left', peer: 7 });
    publish(3);
    channels.control(connection, { kind: 'peer_left', peer: 8 });
    publish(4);

    assert.deepEqual(
      broadcast.map((frame) => [frame.kind, frame.sequence]),
      [
        [FrameKind.events, 2],
        [FrameKind.events, 3],
      ],
    );
  });

  it('repeats the head of a channel that is read and silent, and only then', async () => {
    const { channels, connection, broadcast, clock, session } = await start([renamed('a')]);
    open(channels, connection, session);
    channels.control(connection, {
      kind: 'open',
      peer: 7,
      channel: MACHINE_CHANNEL,
      cursor: { epoch: 0, seq: 0 },
    });

    clock.advance(HEAD_REPEAT_MS);
    assert.equal(broadcast.length, 0);
    clock.advance(HEAD_REPEAT_MS);

    assert.deepEqual(
      broadcast.map((frame) => [frame.kind, frame.channel, frame.sequence]),
      [
        [FrameKind.head, session, 1],
        [FrameKind.head, MACHINE_CHANNEL, 0],
      ],
    );
  });

  it('refuses a session it does not have', async () => {
    const { channels, connection, said } = await start([]);

    open(channels, connection, '33333333-3333-4333-8333-333333333333');

    assert.deepEqual(
      said.map((frame) => frame.kind === 'refused' && frame.code),
      ['not-found'],
    );
  });

  it('refuses a session whose log cannot be read, and stays up', async () => {
    const { channels, connection, said, session, store } = await start([renamed('a')]);
    const { history } = store;
    Object.assign(history, {
      read: () => {
        throw new Error('database disk image is malformed');
      },
    });

    open(channels, connection, session);
    await waitUntil('the refusal', () => said.length === 1);

    assert.deepEqual(
      said.map((frame) => frame.kind === 'refused' && frame.code),
      ['store-failed'],
    );
  });

  it('knows people by connection, and lets no reader open on one that is being left', async () => {
    const { channels, connection, broadcast, session } = await start([]);
    const next: PeerConnection = { ...connection };
    channels.control(connection, { kind: 'peer_joined', peer: 7, actor: { userId: 'a', name: 'Ada' } });
    open(channels, connection, session);

    channels.connected(next);
    channels.control(next, { kind: 'peer_joined', peer: 7, actor: { userId: 'b', name: 'Bob' } });
    open(channels, connection, session);
    channels.publishSession(session, [{ sessionId: session, seq: 1, at: 1, event: renamed('t') }]);

    assert.deepEqual(
      [channels.actorOf(connection, 7)?.name, channels.actorOf(next, 7)?.name],
      ['Ada', 'Bob'],
    );
    assert.equal(broadcast.length, 0);
  });

  async function start(events: readonly SessionEvent[]) {
    const store: Store = await openTestStore(defer);
    const record = insertSession(store, { head: events.length });
    store.log.append(events.map((event, index) => ({ sessionId: record.id, seq: index + 1, at: 1, event })));
    const clock = createManualClock();
    const broadcast: DataFrame[] = [];
    const frames: DataFrame[] = [];
    const said: MachineToRelay[] = [];
    const hold: { sending: PromiseWithResolvers<void> | null } = { sending: null };
    const connection: PeerConnection = {
      sendControl: (frame) => said.push(frame),
      send: (bytes) => (frames.push(decodeFrame(bytes)), hold.sending?.promise ?? Promise.resolve()),
      isOpen: true,
    };
    const channels = createChannels({
      send: (frame) => broadcast.push(decodeFrame(frame)),
      linkIsOpen: () => true,
      reading: (id) => {
        const found = store.sessions.get(id);
        return found && { info: sessionInfoOf(found, 0), turn: null };
      },
      history: store.history,
      epoch: store.epoch,
      machineEpoch: 1,
      machineReady: () => ({
        type: 'machine_ready',
        epoch: 1,
        head: 0,
        version: '',
        hostname: '',
        home: '',
        projects: [],
        sessions: [],
      }),
      clock,
      log: () => {},
    });
    defer(() => channels.close());
    channels.connected(connection);
    return {
      channels,
      connection,
      sent: () => frames,
      broadcast,
      said,
      hold,
      clock,
      store,
      session: record.id,
    };
  }
});

function open(channels: Channels, connection: PeerConnection, channel: string, seq = 0): void {
  channels.control(connection, { kind: 'open', peer: 7, channel, cursor: { epoch: 1, seq } });
}

function renamed(title: string): SessionEvent {
  return { type: 'session_renamed', title };
}

function payloadOf(frame: DataFrame): SessionPayload {
  return JSON.parse(new TextDecoder().decode(frame.payload)) as SessionPayload;
}

function isFinal(frame: DataFrame): boolean {
  return frame.kind === FrameKind.snapshot && (frame.flags & FrameFlag.final) !== 0;
}
