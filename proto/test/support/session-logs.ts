/** Session logs as a machine would write them, for property tests. */
import fc from 'fast-check';
import type { Numbered, SessionEvent } from '../../wire/index.ts';

export type LogEvent = Numbered<SessionEvent>;

interface StepPlan {
  readonly thinking: readonly string[];
  readonly text: readonly string[];
  readonly tools: readonly { readonly progress: readonly string[]; readonly ends: boolean }[];
  readonly outcome: 'stop' | 'error' | 'cut';
}
interface TurnPlan {
  readonly prompt: string;
  readonly steps: readonly StepPlan[];
  readonly reason: 'done' | 'cancelled' | 'error' | 'interrupted';
}

const delta = fc.string({ minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<StepPlan> = fc.record({
  thinking: fc.array(delta, { maxLength: 3 }),
  text: fc.array(delta, { maxLength: 5 }),
  tools: fc.array(fc.record({ progress: fc.array(delta, { maxLength: 3 }), ends: fc.boolean() }), {
    maxLength: 2,
  }),
  outcome: fc.constantFrom('stop', 'stop', 'error', 'cut'),
});
const turn: fc.Arbitrary<TurnPlan> = fc.record({
  prompt: delta,
  steps: fc.array(step, { maxLength: 3 }),
  reason: fc.constantFrom('done', 'done', 'cancelled', 'error', 'interrupted'),
});

/** A whole log, numbered from 1. */
export const sessionLog: fc.Arbitrary<readonly LogEvent[]> = fc
  .array(turn, { minLength: 1, maxLength: 4 })
  .map((turns) => numbered(turns.flatMap(turnEvents)));

/** Numbers events from `after` + 1; one millisecond apart. */
export function numbered(events: readonly SessionEvent[], after = 0): readonly LogEvent[] {
  return events.map((event, index) => ({ ...event, seq: after + index + 1, at: 1_000 + after + index }));
}

function turnEvents({ prompt, steps, reason }: TurnPlan, index: number): SessionEvent[] {
  return [
    {
      type: 'user_message',
      messageId: `u${index}`,
      promptId: `p${index}`,
      content: prompt,
      images: [],
      actor: null,
      mode: 'queue',
    },
    { type: 'turn_start', turnId: `t${index}`, modelId: 'demo' },
    ...steps.flatMap((plan, place) => stepEvents(plan, `m${index}-${place}`)),
    { type: 'agent_end', turnId: `t${index}`, reason },
  ];
}

function stepEvents({ thinking, text, tools, outcome }: StepPlan, messageId: string): SessionEvent[] {
  const calls = tools.map((_, index) => `${messageId}-c${index}`);
  const begun: SessionEvent[] = [
    { type: 'message_start', messageId, modelId: 'demo' },
    ...thinking.map((part) => ({ type: 'thinking_delta' as const, messageId, delta: part })),
    ...text.map((part) => ({ type: 'text_delta' as const, messageId, delta: part })),
    ...calls.map((toolCallId) => ({
      type: 'tool_call' as const,
      messageId,
      toolCallId,
      name: 'bash',
      args: { command: 'ls' },
    })),
  ];
  if (outcome === 'cut') return begun;
  const usage = {
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    totalTokens: 15,
    cost: 0.25,
  };
  return [
    ...begun,
    { type: 'message_end', messageId, stopReason: outcome },
    { type: 'token_usage', messageId, usage },
    ...tools.flatMap((tool, index) => toolEvents(tool, messageId, calls[index] ?? '')),
    ...(outcome === 'error' ? [retryOf(messageId)] : []),
  ];
}

function toolEvents(
  { progress, ends }: StepPlan['tools'][number],
  messageId: string,
  toolCallId: string,
): SessionEvent[] {
  const running = progress.map((text) => ({ type: 'tool_progress' as const, messageId, toolCallId, text }));
  if (!ends) return running;
  return [
    ...running,
    { type: 'tool_result', messageId, toolCallId, isError: false, text: 'ok', omitted: 0, durationMs: 3 },
  ];
}

function retryOf(messageId: string): SessionEvent {
  return { type: 'retry', attempt: 1, maxAttempts: 3, delayMs: 1000, reason: 'overloaded', messageId };
}
