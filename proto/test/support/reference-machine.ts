/** How a machine answers readers, in the shortest form: the rules of PROTOCOL.md, "Channels", as code. */
import {
  encodeFrame,
  FrameFlag,
  FrameKind,
  toPayload,
  type Cursor,
  type MachineReady,
  type SessionInfo,
  type SessionPayload,
  type SessionReady,
} from '../../wire/index.ts';
import type { LogEvent } from './session-logs.ts';

export const SESSION_ID = '0c6f1c51-43f1-4f3e-9d5a-6f0a3f6f1b2c';

export interface ReferenceLog {
  readonly epoch: number;
  readonly events: readonly LogEvent[];
}

/** The frames that answer `open {cursor}`, with at most `pieceEvents` events in each. */
export function snapshotFrames(
  { epoch, events }: ReferenceLog,
  cursor: Cursor,
  pieceEvents: number,
): Uint8Array[] {
  const head = events.length;
  const from = cursor.epoch === epoch && cursor.seq <= head ? cursor.seq : 0;
  const replay = replayOf(events.slice(from));
  const pieces = chunks(replay, pieceEvents);
  return pieces.map((piece, index) => {
    const isLast = index === pieces.length - 1;
    const before = index === 0 ? from : endOf(pieces[index - 1] ?? [], from);
    const payload: SessionPayload = {
      v: 1,
      epoch,
      from: before,
      ...(index === 0 ? { ready: readyOf(epoch, from, head) } : {}),
      events: piece,
    };
    const sequence = isLast ? head : endOf(piece, from);
    const flags = isLast ? FrameFlag.final : 0;
    return encodeFrame(
      { kind: FrameKind.snapshot, flags, target: 7, sequence, channel: SESSION_ID },
      toPayload(payload),
    );
  });
}

/** One live frame of events that stand next to each other. */
export function eventsFrame(epoch: number, events: readonly LogEvent[]): Uint8Array {
  const header = { kind: FrameKind.events, target: epoch, sequence: endOf(events, 0), channel: SESSION_ID };
  return encodeFrame(header, toPayload({ v: 1, events }));
}

export function headFrame({ epoch, events }: ReferenceLog): Uint8Array {
  return encodeFrame({ kind: FrameKind.head, target: epoch, sequence: events.length, channel: SESSION_ID });
}

/** What a replay sends: neighbouring deltas of one message merged, progress that was superseded left out. */
export function replayOf(events: readonly LogEvent[]): readonly LogEvent[] {
  return merged(events.filter((event, index) => !isSuperseded(event, events.slice(index + 1))));
}

/** Neighbouring deltas of one message as one event that stands for all their numbers. */
export function merged(events: readonly LogEvent[]): readonly LogEvent[] {
  const result: LogEvent[] = [];
  for (const event of events) {
    const joined = join(result.at(-1), event);
    if (joined) result[result.length - 1] = joined;
    else result.push(event);
  }
  return result;
}

function join(last: LogEvent | undefined, event: LogEvent): LogEvent | null {
  if (event.type !== 'text_delta' && event.type !== 'thinking_delta') return null;
  if (last?.type !== event.type || last.messageId !== event.messageId) return null;
  return { ...event, first: last.first ?? last.seq, delta: last.delta + event.delta };
}

function isSuperseded(event: LogEvent, later: readonly LogEvent[]): boolean {
  return (
    event.type === 'tool_progress' &&
    later.some(
      (next) =>
        (next.type === 'tool_progress' || next.type === 'tool_result') &&
        next.toolCallId === event.toolCallId,
    )
  );
}

function chunks(events: readonly LogEvent[], size: number): (readonly LogEvent[])[] {
  if (events.length <= size) return [events];
  return [events.slice(0, size), ...chunks(events.slice(size), size)];
}

function endOf(events: readonly LogEvent[], otherwise: number): number {
  return events.at(-1)?.seq ?? otherwise;
}

export function readyOf(epoch: number, from: number, head: number): SessionReady {
  return { type: 'session_ready', session: sessionInfoOf(head), epoch, from, head, currentTurn: null };
}

export function sessionInfoOf(head: number): SessionInfo {
  return {
    id: SESSION_ID,
    projectId: 'project',
    title: 'New session',
    status: 'idle',
    modelId: null,
    actor: null,
    forkedFrom: null,
    loop: null,
    queued: 0,
    messages: 0,
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      totalTokens: 0,
      cost: null,
    },
    head,
    createdAt: '2026-11-21T08:00:00.000Z',
    updatedAt: '2026-11-21T08:00:00.000Z',
  };
}

/** What the machine channel begins with: no projects, and four changes behind it. */
export const machineReady: MachineReady = {
  type: 'machine_ready',
  epoch: 1,
  head: 4,
  version: '0.1.0',
  hostname: 'host',
  home: '/home/a',
  projects: [],
  sessions: [],
};
