/** Small logs and histories to judge: an honest one, and ways to spoil it. */
import type { ReaderHistory } from '../../src/checker/check-history.ts';
import { digestOfRange, type LoggedEvent, type SessionLog } from '../../src/checker/machine-log.ts';
import type { EventRecord, HistoryRecord } from '../../src/checker/records.ts';

export const SESSION = 'session-a';
const BEGAN_AT = 1_000;

/** A turn: a prompt tagged `tag`, ten deltas, a tool with three steps of progress, an end. */
export function turn(tag: string, from = 1): LoggedEvent[] {
  const messageId = `message-${from}`;
  const tool = { messageId, toolCallId: `call-${from}` };
  const contents: Record<string, unknown>[] = [
    { type: 'user_message', messageId: `prompt-${from}`, promptId: `id-of-${tag}`, content: tag },
    { type: 'message_start', messageId, modelId: 'scripted' },
    ...Array.from({ length: 10 }, (_, index) => ({
      type: 'text_delta',
      messageId,
      delta: `${tag}${index} `,
    })),
    { type: 'tool_call', ...tool, name: 'bash', args: {} },
    { type: 'tool_progress', ...tool, text: 'one' },
    { type: 'tool_progress', ...tool, text: 'two' },
    { type: 'tool_progress', ...tool, text: 'three' },
    { type: 'tool_result', ...tool, isError: false, text: 'done', omitted: 0, durationMs: 3 },
    { type: 'agent_end', turnId: `turn-${from}`, reason: 'done' },
  ];
  return contents.map((content, index) => ({
    seq: from + index,
    at: BEGAN_AT + from + index,
    type: String(content['type']),
    content,
  }));
}

/** Numbers of the progress steps of `turn(tag)` that a replay may leave out. */
export const REPLACED = [14, 15, 16];

/** The record of applying these numbers of a log as one event. */
export function applied(log: SessionLog, first: number, seq = first, channel = SESSION): EventRecord {
  const event = log[seq - 1];
  return {
    kind: 'event',
    at: BEGAN_AT + seq + 1,
    channel,
    first,
    seq,
    type: event?.type ?? 'unknown',
    digest: digestOfRange(log, first, seq) ?? 'no such content',
  };
}

/** A reader that applied every event live, one by one. */
export function honest(log: SessionLog): HistoryRecord[] {
  return [
    { kind: 'ready', at: BEGAN_AT, channel: SESSION, fresh: true, epoch: 1, head: 0 },
    ...log.map(({ seq }) => applied(log, seq)),
  ];
}

export function readerOf(records: readonly HistoryRecord[], name = 'reader'): ReaderHistory {
  return { name, channels: [SESSION], records };
}
