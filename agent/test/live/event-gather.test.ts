import { strict as assert } from 'node:assert';
import { createEventGather, type Recorded } from '../../src/live/event-gather.ts';
import type { LoggedEvent } from '../../src/store/log.ts';
import { NO_USAGE, type SessionRecord } from '../../src/store/session-record.ts';
import type { Batch } from '../../src/store/store.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('gathering events', () => {
  it('keeps one tick of all sessions in one transaction, then publishes it', () => {
    const { gather, clock, written, told } = start();
    const [a, b] = [session('a'), session('b')];

    gather.append(a, { type: 'session_renamed', title: '1' });
    gather.append(b, { type: 'session_renamed', title: '2' });
    assert.deepEqual([written.length, told.length], [0, 0]);
    clock.advance(16);

    assert.equal(written.length, 1);
    assert.deepEqual(told, ['kept', 'a:1', 'b:1']);
  });

  it('joins neighbouring deltas of one message under one number', () => {
    const { gather, clock, written } = start();
    const one = session('a');

    for (const delta of ['He', 'll', 'o']) gather.append(one, { type: 'text_delta', messageId: 'm', delta });
    gather.append(one, { type: 'thinking_delta', messageId: 'm', delta: 'hm' });
    gather.append(one, { type: 'text_delta', messageId: 'm', delta: '!' });
    clock.advance(16);

    assert.deepEqual(
      eventsIn(written).map(({ seq, event }) => [seq, 'delta' in event ? event.delta : '']),
      [
        [1, 'Hello'],
        [2, 'hm'],
        [3, '!'],
      ],
    );
    assert.equal(one.record.head, 3);
  });

  it('publishes nothing that is not kept, and everything in order once it can be', () => {
    const { gather, clock, told, failures, breaks } = start();
    const one = session('a');
    breaks.error = new Error('full');

    gather.append(one, { type: 'session_renamed', title: '1' });
    clock.advance(16);
    gather.append(one, { type: 'session_renamed', title: '2' });
    clock.advance(600);
    assert.deepEqual(told, []);
    assert.deepEqual(failures, [0, 500]);
    breaks.error = null;
    clock.advance(600);

    assert.deepEqual(told, ['kept', 'a:1,2']);
  });

  it('forgets what waits of a deleted session and keeps the rest', () => {
    const { gather, told } = start();
    const [a, b] = [session('a'), session('b')];
    gather.append(a, { type: 'session_renamed', title: '1' });
    gather.append(b, { type: 'session_renamed', title: '2' });

    gather.forget('a');
    gather.flush();

    assert.deepEqual(told, ['kept', 'b:1']);
  });
});

function start() {
  const clock = createManualClock();
  const written: Batch[] = [];
  const told: string[] = [];
  const failures: number[] = [];
  const breaks: { error: Error | null } = { error: null };
  const gather = createEventGather({
    write: (batch) => {
      if (breaks.error) throw breaks.error;
      written.push(batch);
      told.push('kept');
    },
    publish: (sessionId, events) => told.push(`${sessionId}:${events.map((event) => event.seq).join(',')}`),
    changed: () => {},
    failed: (_error, sinceMs) => failures.push(sinceMs),
    clock,
  });
  return { gather, clock, written, told, failures, breaks };
}

function session(id: string): Recorded {
  const record: SessionRecord = {
    id,
    projectId: 'p',
    title: 't',
    titleState: 'set',
    status: 'idle',
    modelId: null,
    actor: null,
    forkedFrom: null,
    loop: null,
    turn: null,
    messages: 0,
    usage: NO_USAGE,
    head: 0,
    compactNext: false,
    createdAt: 0,
    updatedAt: 0,
  };
  return { id, record };
}

function eventsIn(batches: readonly Batch[]): LoggedEvent[] {
  return batches.flatMap((batch) => batch.events);
}
