/** A machine's own logs, event by event, as its daemon wrote them: the truth that readers are held against. */
import { DatabaseSync } from 'node:sqlite';
import { digestOf } from './records.ts';

export interface LoggedEvent {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  /** The event without its numbers. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** A session's log; the event of number n is at index n − 1. */
export type SessionLog = readonly LoggedEvent[];

/** Reads the logs of these sessions from a daemon's store (`sessions.db`), which may be open elsewhere. */
export function readLogs(storePath: string, sessionIds: readonly string[]): Map<string, SessionLog> {
  const database = new DatabaseSync(storePath, { readOnly: true });
  try {
    const rows = database.prepare('SELECT seq, at, type, json FROM events WHERE session_id = ? ORDER BY seq');
    return new Map(
      sessionIds.map((id) => [
        id,
        rows.all(id).map((row) => ({
          seq: Number(row['seq']),
          at: Number(row['at']),
          type: String(row['type']),
          content: JSON.parse(String(row['json'])) as Record<string, unknown>,
        })),
      ]),
    );
  } finally {
    database.close();
  }
}

/** The digest a reader must have for the numbers `first`…`seq`; null when the log cannot merge them into one event. */
export function digestOfRange(log: SessionLog, first: number, seq: number): string | null {
  const events = log.slice(first - 1, seq);
  const [head] = events;
  if (!head || events.length !== seq - first + 1) return null;
  if (events.length === 1) return digestOf(head.content);
  const isDelta = head.type === 'text_delta' || head.type === 'thinking_delta';
  const isOneMessage = events.every(
    ({ type, content }) => type === head.type && content['messageId'] === head.content['messageId'],
  );
  if (!isDelta || !isOneMessage) return null;
  const delta = events.map(({ content }) => String(content['delta'])).join('');
  return digestOf({ ...head.content, delta });
}

/**
 * Numbers a replay may leave out: progress of a tool call that a later progress or result of the same call replaces.
 */
export function replaceableNumbers(log: SessionLog): Set<number> {
  const replaceable = new Set<number>();
  const newest = new Map<unknown, number>();
  for (const { seq, type, content } of log) {
    if (type !== 'tool_progress' && type !== 'tool_result') continue;
    const before = newest.get(content['toolCallId']);
    if (before !== undefined) replaceable.add(before);
    if (type === 'tool_progress') newest.set(content['toolCallId'], seq);
    else newest.delete(content['toolCallId']);
  }
  return replaceable;
}
