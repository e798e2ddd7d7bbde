import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Transcript, transcriptText, type AssistantItem, type ToolPart } from '../../client/index.ts';
import type { SessionEvent } from '../../wire/index.ts';
import { merged, readyOf, replayOf } from '../support/reference-machine.ts';
import { numbered, sessionLog, type LogEvent } from '../support/session-logs.ts';

const usage = {
  inputTokens: 1000,
  outputTokens: 500,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  totalTokens: 1500,
  cost: 0.0105,
};
const start: SessionEvent = { type: 'message_start', messageId: 'm', modelId: 'demo' };
const text = (delta: string): SessionEvent => ({ type: 'text_delta', messageId: 'm', delta });
const call: SessionEvent = {
  type: 'tool_call',
  messageId: 'm',
  toolCallId: 'c',
  name: 'bash',
  args: { command: 'ls' },
};
const progress = (tail: string): SessionEvent => ({
  type: 'tool_progress',
  messageId: 'm',
  toolCallId: 'c',
  text: tail,
});
const result: SessionEvent = {
  type: 'tool_result',
  messageId: 'm',
  toolCallId: 'c',
  isError: false,
  text: 'README.md',
  omitted: 0,
  durationMs: 12,
};

describe('transcript', () => {
  it('gathers text, thinking and tool calls of a message in the order they came', () => {
    const transcript = of(
      start,
      { type: 'thinking_delta', messageId: 'm', delta: 'hm' },
      text('one '),
      text('two'),
      call,
      text('three'),
    );

    const { parts } = assistantOf(transcript);

    assert.deepEqual(
      parts.map((part) => (part.kind === 'tool' ? part.name : part.text)),
      ['hm', 'one two', 'bash', 'three'],
    );
  });

  it('shows the newest progress of a tool until its result, which may follow the end of the message', () => {
    const transcript = of(
      start,
      call,
      { type: 'message_end', messageId: 'm', stopReason: 'tool_use' },
      progress('a'),
      progress('b'),
    );
    assert.equal(toolOf(transcript).progress, 'b');

    transcript.apply(numbered([result], 5));

    assert.deepEqual(
      [toolOf(transcript).state, toolOf(transcript).progress, toolOf(transcript).result?.text],
      ['done', null, 'README.md'],
    );
  });

  it('finds the call of a result by its message, as some models repeat their call ids', () => {
    const other: SessionEvent[] = [start, call, result].map((event) => ({ ...event, messageId: 'n' }));
    const transcript = of(start, call, ...other);

    assert.equal(toolOf(transcript).state, 'running');
    assert.equal(toolOf(transcript, 1).state, 'done');
  });

  it('marks a message superseded by a retry and still counts what it cost', () => {
    const transcript = of(
      start,
      text('half'),
      { type: 'message_end', messageId: 'm', stopReason: 'error' },
      { type: 'token_usage', messageId: 'm', usage },
      {
        type: 'retry',
        attempt: 1,
        maxAttempts: 3,
        delayMs: 2000,
        reason: 'overloaded',
        messageId: 'm',
      },
    );

    assert.equal(assistantOf(transcript).isSuperseded, true);
    assert.equal(transcript.totals.cost, 0.0105);
    assert.equal(transcript.items.at(-1)?.kind, 'notice');
  });

  it('closes what a cancelled turn left open, and says so', () => {
    const transcript = of({ type: 'turn_start', turnId: 't', modelId: 'demo' }, start, text('half'), call, {
      type: 'agent_end',
      turnId: 't',
      reason: 'cancelled',
    });

    assert.deepEqual(
      [assistantOf(transcript).isOpen, toolOf(transcript).state, transcript.running],
      [false, 'abandoned', null],
    );
    const last = transcript.items.at(-1);
    assert.equal(last?.kind === 'notice' && last.notice.type, 'agent_end');
  });

  it('puts the end of a compaction in the place of its start', () => {
    const compaction = (phase: 'start' | 'end'): SessionEvent => ({
      type: 'compaction',
      phase,
      reason: 'manual',
      detail: '',
    });
    const transcript = of(compaction('start'), compaction('end'));

    assert.equal(transcript.items.length, 1);
    assert.match(transcriptText(transcript), /"phase":"end"/);
  });

  it('counts calls of unknown price apart from the cost', () => {
    const transcript = of(start, { type: 'token_usage', messageId: 'm', usage: { ...usage, cost: null } });

    assert.deepEqual(
      [transcript.totals.cost, transcript.totals.unpriced, transcript.totals.totalTokens],
      [0, 1, 1500],
    );
  });

  it('follows queue, title and loop', () => {
    const queue = [{ promptId: 'p', content: 'next', mode: 'queue' as const, images: 0 }];
    const transcript = of(
      { type: 'queue_changed', queue },
      { type: 'session_renamed', title: 'A better name' },
      { type: 'loop_iteration', iteration: 2, max: 5, prompt: 'again' },
    );
    assert.deepEqual(
      [transcript.queue, transcript.title, transcript.loop],
      [queue, 'A better name', { iteration: 2, max: 5 }],
    );

    transcript.apply(numbered([{ type: 'loop_complete', iterations: 2 }], 3));

    assert.equal(transcript.loop, null);
  });

  it('takes the title a snapshot tells', () => {
    const transcript = new Transcript();

    transcript.begin(readyOf(1, 0, 0));

    assert.equal(transcript.title, 'New session');
  });

  it('makes a new object of a changed item only', () => {
    const transcript = of(start, { ...start, messageId: 'n' });
    const [first, second] = transcript.items;
    const { version } = transcript;

    transcript.apply(numbered([text('more')], 2));

    assert.notEqual(transcript.items[0], first);
    assert.equal(transcript.items[1], second);
    assert.ok(transcript.version > version);
  });

  it('is not disturbed by events of messages that never began', () => {
    const transcript = of(text('lost'), result, { type: 'token_usage', messageId: 'm', usage });

    assert.equal(transcript.items.length, 0);
  });

  it('costs the same per delta in a short and in a very long session', () => {
    const long = new Transcript();
    long.apply(
      numbered(
        Array.from({ length: 20_000 }, (_, index): SessionEvent => ({ ...start, messageId: `x${index}` })),
      ),
    );
    long.apply(numbered([start], 20_000));
    const deltas = numbered(
      Array.from({ length: 20_000 }, () => text('word ')),
      20_001,
    );

    const began = performance.now();
    for (const delta of deltas) long.apply([delta]);

    // A copy of the list per delta would take 20,000 × 20,000 steps, many seconds.
    assert.ok(performance.now() - began < 1_000);
  });

  it('is the same from single deltas, from merged ones, and however they arrive in groups', () => {
    fc.assert(
      fc.property(sessionLog, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (log, sizes) => {
        const single = textOf([log]);

        assert.equal(textOf(groups(log, sizes)), single);
        assert.equal(textOf([merged(log)]), single);
        assert.equal(textOf([replayOf(log)]), single);
      }),
    );
  });
});

function of(...events: readonly SessionEvent[]): Transcript {
  const transcript = new Transcript();
  transcript.apply(numbered(events));
  return transcript;
}

function assistantOf(transcript: Transcript, index = 0): AssistantItem {
  const item = transcript.items.filter((each) => each.kind === 'assistant')[index];
  assert.ok(item);
  return item;
}

function toolOf(transcript: Transcript, index = 0): ToolPart {
  const part = assistantOf(transcript, index).parts.find((each) => each.kind === 'tool');
  assert.ok(part);
  return part;
}

function textOf(batches: readonly (readonly LogEvent[])[]): string {
  const transcript = new Transcript();
  for (const batch of batches) transcript.apply(batch);
  return transcriptText(transcript);
}

function groups(log: readonly LogEvent[], sizes: readonly number[]): (readonly LogEvent[])[] {
  const [size = 1, ...rest] = sizes;
  return log.length === 0 ? [] : [log.slice(0, size), ...groups(log.slice(size), [...rest, size])];
}
