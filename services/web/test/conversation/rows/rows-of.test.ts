import assert from 'node:assert/strict';
import { Transcript } from '@spectral/proto/client';
import type { Numbered, SessionEvent } from '@spectral/proto/wire';
import type { Row } from '../../../src/conversation/rows/row.ts';
import { createRowMaker } from '../../../src/conversation/rows/rows-of.ts';

const usage = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 50,
  cacheWriteTokens: 0,
  totalTokens: 170,
  cost: 0.01,
};

/** A transcript fed event by event, one second apart. */
function recorded() {
  const transcript = new Transcript();
  const make = createRowMaker();
  return {
    add(...events: SessionEvent[]): void {
      const from = transcript.version;
      for (const [index, event] of events.entries()) {
        const seq = from + index + 1;
        const numbered: Numbered<SessionEvent> = { ...event, seq, at: seq * 1000 };
        transcript.apply([numbered]);
      }
    },
    rows: (): readonly Row[] => make({ items: transcript.items, running: transcript.running, sending: [] }),
  };
}

const prompt = (content: string, mode: 'queue' | 'steer' = 'queue'): SessionEvent => {
  return {
    type: 'user_message',
    messageId: `u-${content}`,
    promptId: `p-${content}`,
    content,
    images: [],
    actor: null,
    mode,
  };
};
const start = (id: string): SessionEvent => ({ type: 'message_start', messageId: id, modelId: 'demo' });
const text = (id: string, delta: string): SessionEvent => ({ type: 'text_delta', messageId: id, delta });
const turn: SessionEvent = { type: 'turn_start', turnId: 't', modelId: 'demo' };
const end = (id: string): SessionEvent[] => [
  { type: 'message_end', messageId: id, stopReason: 'stop' },
  { type: 'token_usage', messageId: id, usage },
];
const done: SessionEvent = { type: 'agent_end', turnId: 't', reason: 'done' };
const look = (id: string, toolCallId: string): SessionEvent[] => [
  { type: 'tool_call', messageId: id, toolCallId, name: 'read', args: { path: `/p/${toolCallId}` } },
  { type: 'tool_result', messageId: id, toolCallId, isError: false, text: 'x', omitted: 0, durationMs: 5 },
];

const kinds = (rows: readonly Row[]): string[] => rows.map(({ kind }) => kind);

describe('rows of a transcript', () => {
  it('a turn is its prompt, its answer and its footer', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), text('m', 'Hello'), ...end('m'), done);

    const rows = session.rows();

    assert.deepEqual(kinds(rows), ['prompt', 'text', 'footer']);
    const footer = rows.at(-1);
    assert.ok(footer?.kind === 'footer');
    assert.deepEqual(
      [footer.inputTokens, footer.outputTokens, footer.cost, footer.answer],
      [150, 20, 0.01, 'Hello'],
    );
    assert.equal(footer.durationMs, 4000);
  });

  it('while a turn runs its footer is not there yet, and a wait is shown until the first word', () => {
    const session = recorded();
    session.add(prompt('go'), turn);
    assert.deepEqual(kinds(session.rows()), ['prompt', 'working']);

    session.add(start('m'), text('m', 'Hel'));
    assert.deepEqual(kinds(session.rows()), ['prompt', 'text']);
  });

  it('rows that did not change stay the same objects when a delta comes', () => {
    const session = recorded();
    session.add(
      prompt('go'),
      turn,
      start('m'),
      text('m', 'a'),
      ...end('m'),
      done,
      prompt('on'),
      turn,
      start('n'),
      text('n', 'b'),
    );
    const before = session.rows();

    session.add(text('n', 'c'));
    const after = session.rows();

    assert.equal(after.length, before.length);
    assert.deepEqual(
      after.map((row, index) => row === before[index]),
      [true, true, true, true, false],
    );
  });

  it('looks in a row, also over several messages, become one group', () => {
    const session = recorded();
    session.add(
      prompt('go'),
      turn,
      start('m'),
      ...look('m', 'a'),
      start('n'),
      ...look('n', 'b'),
      ...look('n', 'c'),
    );

    const group = session.rows()[1];

    assert.ok(group?.kind === 'looks');
    assert.deepEqual(
      group.tools.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });

  it('a group that did not change stays the same object', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), ...look('m', 'a'), ...look('m', 'b'), text('m', 'x'));
    const before = session.rows()[1];

    session.add(text('m', 'y'));

    assert.equal(session.rows()[1], before);
  });

  it('thinking tells how long it took once something follows', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), { type: 'thinking_delta', messageId: 'm', delta: 'hm' });
    const running = session.rows()[1];
    assert.ok(running?.kind === 'thinking');
    assert.deepEqual([running.running, running.durationMs], [true, null]);

    session.add(text('m', 'so'));

    const over = session.rows()[1];
    assert.ok(over?.kind === 'thinking');
    assert.deepEqual([over.running, over.durationMs], [false, 1000]);
  });

  it('text that a retry replaced is marked, and does not count as the answer', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), text('m', 'half'));
    session.add({
      type: 'retry',
      attempt: 1,
      maxAttempts: 3,
      delayMs: 500,
      reason: 'Overloaded',
      messageId: 'm',
    });
    session.add(start('n'), text('n', 'whole'), ...end('n'), done);

    const rows = session.rows();

    assert.deepEqual(kinds(rows), ['prompt', 'text', 'retry', 'text', 'footer']);
    assert.ok(rows[1]?.kind === 'text' && rows[1].superseded);
    assert.ok(rows[4]?.kind === 'footer' && rows[4].answer === 'whole');
  });

  it('a steering prompt does not end its turn', () => {
    const session = recorded();
    session.add(
      prompt('go'),
      turn,
      start('m'),
      text('m', 'a'),
      ...end('m'),
      prompt('left', 'steer'),
      start('n'),
      text('n', 'b'),
      ...end('n'),
      done,
    );

    assert.deepEqual(kinds(session.rows()), ['prompt', 'text', 'prompt', 'text', 'footer']);
  });

  it('an unknown price of one call makes the turn’s price unknown', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), text('m', 'a'), ...end('m'), start('n'), text('n', 'b'));
    session.add({ type: 'message_end', messageId: 'n', stopReason: 'stop' });
    session.add({ type: 'token_usage', messageId: 'n', usage: { ...usage, cost: null } }, done);

    const footer = session.rows().at(-1);

    assert.ok(footer?.kind === 'footer');
    assert.equal(footer.cost, null);
  });

  it('stopped and interrupted turns, compaction and loops leave a seam', () => {
    const session = recorded();
    session.add(prompt('go'), turn, { type: 'agent_end', turnId: 't', reason: 'cancelled' });
    session.add({ type: 'compaction', phase: 'start', reason: 'manual', detail: '' });
    session.add({ type: 'loop_iteration', iteration: 2, max: 5, prompt: 'again' });

    const seams = session.rows().flatMap((row) => (row.kind === 'seam' ? row.text : []));

    assert.deepEqual(seams, ['Stopped', 'Compacting the conversation …', 'Loop: iteration 2 of 5']);
  });

  it('a tool without a result when its turn ended is lost, not running', () => {
    const session = recorded();
    session.add(prompt('go'), turn, start('m'), {
      type: 'tool_call',
      messageId: 'm',
      toolCallId: 'c',
      name: 'bash',
      args: {},
    });
    session.add({ type: 'agent_end', turnId: 't', reason: 'interrupted' });

    const tool = session.rows()[1];

    assert.ok(tool?.kind === 'tool');
    assert.equal(tool.tool.state, 'lost');
  });
});
