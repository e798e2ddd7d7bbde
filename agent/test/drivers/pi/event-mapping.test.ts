/** pi's events in the shapes pi 0.87 gives them, in the orders it gives them. */
import assert from 'node:assert/strict';
import type { AgentSessionEvent } from '@earendil-works/pi-coding-agent';
import type { DriverEvent } from '../../../src/drivers/driver.ts';
import { EventMapping } from '../../../src/drivers/pi/event-mapping.ts';

const USAGE = {
  input: 100,
  output: 20,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 120,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};
const NO_USAGE = { ...USAGE, input: 0, output: 0, totalTokens: 0 };

function newMapping(now = () => 0): EventMapping {
  let messages = 0;
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
  const mapping = new EventMapping({
    newMessageId: () => `m${++messages}`,
    now,
    modelId: 'claude',
    priceOf: (id) => (id === 'claude' ? price : null),
  });
  mapping.begin('claude');
  return mapping;
}

function assistant(fields: object = {}): object {
  return {
    role: 'assistant',
    content: [],
    api: 'anthropic-messages',
    provider: 'spectral-anthropic',
    model: 'claude',
    usage: USAGE,
    stopReason: 'stop',
    timestamp: 1,
    ...fields,
  };
}

/** Recorded shapes hold far more than the types of interest; a fixture names what matters. */
function mapAll(mapping: EventMapping, events: readonly object[]): DriverEvent[] {
  return events.flatMap((event) => mapping.map(event as AgentSessionEvent));
}

const start = (fields?: object) => ({
  type: 'message_start',
  message: assistant({ stopReason: 'pending', ...fields }),
});
const end = (fields?: object) => ({ type: 'message_end', message: assistant(fields) });
const update = (event: object) => ({
  type: 'message_update',
  message: assistant(),
  assistantMessageEvent: event,
});
const toolCall = (id: string, name = 'bash') =>
  update({
    type: 'toolcall_end',
    contentIndex: 0,
    toolCall: { type: 'toolCall', id, name, arguments: { command: 'ls' } },
  });

describe("pi's events as driver events", () => {
  it('a plain answer', () => {
    const mapping = newMapping();
    const text = { type: 'text', text: 'Hi' };

    const events = mapAll(mapping, [
      { type: 'agent_start' },
      { type: 'turn_start' },
      { type: 'message_start', message: { role: 'system', content: 'You are…' } },
      { type: 'message_end', message: { role: 'system', content: 'You are…' } },
      { type: 'message_start', message: { role: 'user', content: [{ type: 'text', text: 'hello' }] } },
      { type: 'message_end', message: { role: 'user', content: [{ type: 'text', text: 'hello' }] } },
      start(),
      update({ type: 'thinking_start', contentIndex: 0 }),
      update({ type: 'thinking_delta', contentIndex: 0, delta: 'hm' }),
      update({ type: 'text_start', contentIndex: 1 }),
      update({ type: 'text_delta', contentIndex: 1, delta: 'Hi' }),
      update({ type: 'text_delta', contentIndex: 1, delta: '' }),
      end({ content: [text] }),
      { type: 'turn_end' },
      { type: 'agent_end', messages: [], willRetry: false },
      { type: 'agent_settled' },
    ]);

    assert.deepEqual(events, [
      { type: 'message_start', messageId: 'm1', modelId: 'claude' },
      { type: 'thinking_delta', messageId: 'm1', delta: 'hm' },
      { type: 'text_delta', messageId: 'm1', delta: 'Hi' },
      { type: 'message_end', messageId: 'm1', stopReason: 'stop' },
      {
        type: 'token_usage',
        messageId: 'm1',
        usage: {
          inputTokens: 100,
          outputTokens: 20,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          totalTokens: 120,
          cost: 0.0006,
        },
      },
    ]);
    assert.deepEqual(mapping.outcome(), { reason: 'done', text: 'Hi' });
  });

  it('a tool, its progress and its result, which follows its message', () => {
    let now = 0;
    const mapping = newMapping(() => now);
    mapAll(mapping, [start(), toolCall('t1'), end({ stopReason: 'toolUse', usage: NO_USAGE })]);

    now = 1000;
    const before = mapAll(mapping, [
      { type: 'tool_execution_start', toolCallId: 't1', toolName: 'bash', args: {} },
      {
        type: 'tool_execution_update',
        toolCallId: 't1',
        toolName: 'bash',
        args: {},
        partialResult: { content: [] },
      },
      {
        type: 'tool_execution_update',
        toolCallId: 't1',
        toolName: 'bash',
        args: {},
        partialResult: { content: [{ type: 'text', text: 'a\n' }] },
      },
    ]);
    now = 1250;
    const after = mapAll(mapping, [
      {
        type: 'tool_execution_end',
        toolCallId: 't1',
        toolName: 'bash',
        isError: false,
        result: {
          content: [{ type: 'text', text: 'a\nb\n' }],
          details: { truncation: { content: 'repeated' } },
        },
      },
      { type: 'message_end', message: { role: 'toolResult', toolCallId: 't1', content: [] } },
    ]);

    assert.deepEqual(before, [{ type: 'tool_progress', messageId: 'm1', toolCallId: 't1', text: 'a\n' }]);
    assert.deepEqual(after, [
      {
        type: 'tool_result',
        messageId: 'm1',
        toolCallId: 't1',
        isError: false,
        text: 'a\nb\n',
        omitted: 0,
        durationMs: 250,
      },
    ]);
  });

  it('an attempt that failed and is repeated names its message', () => {
    const mapping = newMapping();

    const events = mapAll(mapping, [
      start(),
      end({
        stopReason: 'error',
        errorMessage: '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
        usage: NO_USAGE,
      }),
      { type: 'agent_end', messages: [], willRetry: true },
      {
        type: 'auto_retry_start',
        attempt: 1,
        maxAttempts: 3,
        delayMs: 2000,
        errorMessage: '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      },
      { type: 'entry_appended', entry: { type: 'context_edit' } },
      start(),
      end({ content: [{ type: 'text', text: 'ok' }] }),
      { type: 'auto_retry_end', success: true, attempt: 1 },
    ]);

    assert.deepEqual(events[1], { type: 'message_end', messageId: 'm1', stopReason: 'error' });
    assert.deepEqual(events[2], {
      type: 'retry',
      attempt: 1,
      maxAttempts: 3,
      delayMs: 2000,
      reason: '529: Overloaded',
      messageId: 'm1',
    });
    assert.deepEqual(mapping.outcome(), { reason: 'done', text: 'ok' });
  });

  it('a failure that stays is the outcome', () => {
    const mapping = newMapping();

    mapAll(mapping, [
      start(),
      end({
        stopReason: 'error',
        errorMessage: '403 {"type":"error","error":{"message":"no"}}',
        usage: NO_USAGE,
      }),
    ]);

    assert.equal(mapping.outcome().reason, 'error');
    assert.equal(mapping.outcome().error?.code, 'model-not-granted');
  });

  it('a cancelled stream keeps its text and is no error', () => {
    const mapping = newMapping();
    mapAll(mapping, [start(), update({ type: 'text_delta', contentIndex: 0, delta: 'half' })]);

    mapping.cancel();
    const events = mapAll(mapping, [
      end({
        stopReason: 'error',
        errorMessage: 'This operation was aborted',
        content: [{ type: 'text', text: 'half' }],
        usage: NO_USAGE,
      }),
    ]);

    assert.deepEqual(events, [{ type: 'message_end', messageId: 'm1', stopReason: 'cancelled' }]);
    assert.deepEqual(mapping.outcome(), { reason: 'cancelled', text: 'half' });
  });

  it('the empty message pi makes after a cancelled tool is not told', () => {
    const mapping = newMapping();
    mapAll(mapping, [start(), toolCall('t1'), end({ stopReason: 'toolUse', usage: NO_USAGE })]);

    mapping.cancel();
    const events = mapAll(mapping, [
      {
        type: 'tool_execution_end',
        toolCallId: 't1',
        toolName: 'bash',
        isError: true,
        result: { content: [{ type: 'text', text: 'Command aborted' }] },
      },
      start(),
      end({ stopReason: 'error', errorMessage: 'This operation was aborted', usage: NO_USAGE }),
    ]);

    assert.deepEqual(
      events.map((event) => event.type),
      ['tool_result'],
    );
    assert.equal(mapping.outcome().reason, 'cancelled');
  });

  it('compactions with their reason, their failure and their cost', () => {
    const mapping = newMapping();
    const ended = (fields: object) => ({
      type: 'compaction_end',
      reason: 'manual',
      result: undefined,
      aborted: false,
      willRetry: false,
      ...fields,
    });
    mapping.nextCompactionIs('fork');

    const events = mapAll(mapping, [
      { type: 'compaction_start', reason: 'manual' },
      ended({ result: { summary: 's', tokensBefore: 9000, estimatedTokensAfter: 800, usage: USAGE } }),
      { type: 'compaction_start', reason: 'threshold' },
      ended({ reason: 'threshold', aborted: true }),
      { type: 'compaction_start', reason: 'manual' },
      ended({ errorMessage: 'Compaction failed: no' }),
    ]);

    assert.deepEqual(
      events
        .filter((event) => event.type === 'compaction')
        .map((event) => [event.phase, event.reason, event.detail]),
      [
        ['start', 'fork', ''],
        ['end', 'fork', '9000 → 800 tokens'],
        ['start', 'threshold', ''],
        ['failed', 'threshold', 'cancelled'],
        ['start', 'manual', ''],
        ['failed', 'manual', 'Compaction failed: no'],
      ],
    );
    assert.equal(events[2]?.type, 'token_usage');
  });

  it('nothing of an earlier turn', () => {
    const mapping = newMapping();
    mapAll(mapping, [start(), end({ stopReason: 'error', errorMessage: 'no', usage: NO_USAGE })]);
    mapping.cancel();

    mapping.begin('claude');

    assert.deepEqual(mapping.outcome(), { reason: 'done', text: '' });
  });
});
