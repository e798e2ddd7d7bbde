/** What a reader behind the relay sees of one channel: its frames put together as PROTOCOL.md says. */
import {
  FrameFlag,
  FrameKind,
  parse,
  payloadText,
  sessionEvent,
  type DataFrame,
  type Numbered,
  type SessionEvent,
  type SessionPayload,
  type SessionReady,
} from '@spectral/proto/wire';
import type { FakeMachine } from './fake-relay.ts';

export interface SeenSession {
  readonly ready: SessionReady | null;
  /** Whether the snapshot came to its end. */
  readonly whole: boolean;
  readonly events: readonly Numbered<SessionEvent>[];
  /** Number of the last event seen. */
  readonly cursor: number;
}

/** What peer `peer` has seen of a session so far. Throws for a gap or a repetition among live events. */
export function seenBy(machine: FakeMachine, peer: number, channel: string): SeenSession {
  const frames = machine.frames.filter((frame) => frame.channel === channel);
  const pieces = frames.filter((frame) => frame.kind === FrameKind.snapshot && frame.target === peer);
  const payloads = pieces.map(payloadOf);
  const start = pieces[0] ? frames.indexOf(pieces[0]) : frames.length;
  let cursor = pieces.at(-1)?.sequence ?? 0;
  const live: Numbered<SessionEvent>[] = [];
  for (const frame of frames.slice(start)) {
    if (frame.kind !== FrameKind.events || frame.sequence <= cursor) continue;
    const { events } = payloadOf(frame);
    const first = events[0]?.first ?? events[0]?.seq;
    if (first !== cursor + 1) throw new Error(`a frame begins with event ${first}, after ${cursor}`);
    live.push(...events);
    cursor = frame.sequence;
  }
  return {
    ready: payloads[0]?.ready ?? null,
    whole: pieces.some((piece) => (piece.flags & FrameFlag.final) !== 0),
    events: [...payloads.flatMap((payload) => payload.events), ...live],
    cursor,
  };
}

/** Events without numbers and times, neighbouring deltas joined: what must be equal for all readers. */
export function transcriptOf(events: readonly Numbered<SessionEvent>[]): SessionEvent[] {
  const joined: SessionEvent[] = [];
  for (const numbered of events) {
    const event = parse(sessionEvent, numbered, 'event');
    const last = joined.at(-1);
    const continues =
      (event.type === 'text_delta' || event.type === 'thinking_delta') &&
      last?.type === event.type &&
      last.messageId === event.messageId;
    if (continues) joined[joined.length - 1] = { ...last, delta: last.delta + event.delta };
    else joined.push(event);
  }
  return joined;
}

export function typesOf(events: readonly SessionEvent[]): string[] {
  return events.map((event) => event.type);
}

function payloadOf(frame: DataFrame): SessionPayload {
  return JSON.parse(payloadText(frame.payload)) as SessionPayload;
}
