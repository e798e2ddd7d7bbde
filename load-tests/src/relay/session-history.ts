/** The log of one session of a scripted machine: numbered events, told live and replayed from a cursor. */
import {
  FrameFlag,
  FrameKind,
  SNAPSHOT_CHUNK_BYTES,
  encodeFrame,
  toPayload,
  type Cursor,
  type SessionEvent,
  type SessionReady,
} from '@spectral/proto/wire';

const EPOCH = 1;

export class SessionHistory {
  readonly channel: string;
  /** Each event as JSON; number n is at index n − 1. */
  readonly #events: string[] = [];

  /** `channel`: the session's id, a UUID. */
  constructor(channel: string) {
    this.channel = channel;
  }

  get length(): number {
    return this.#events.length;
  }

  /** Adds an event and gives the frame that tells it. `at` travels with it. */
  append(event: SessionEvent, at: number): Uint8Array {
    const seq = this.#events.push('');
    const json = JSON.stringify({ ...event, seq, at });
    this.#events[seq - 1] = json;
    const header = { kind: FrameKind.events, target: EPOCH, sequence: seq, channel: this.channel };
    return encodeFrame(header, new TextEncoder().encode(`{"v":1,"events":[${json}]}`));
  }

  /** The frame by which a reader notices that it missed the last event. */
  head(): Uint8Array {
    return encodeFrame({ kind: FrameKind.head, target: EPOCH, sequence: this.length, channel: this.channel });
  }

  /** What a reader at this cursor lacks, in pieces. */
  *replay(peer: number, cursor: Cursor): Iterable<Uint8Array> {
    const head = this.length;
    const start = cursor.epoch === EPOCH && cursor.seq <= head ? cursor.seq : 0;
    for (let from = start; from === start || from < head;) {
      const events = this.#piece(from, head);
      const sequence = from + events.length;
      const ready = from === start ? { ready: readyOf(this.channel, start, head) } : {};
      const flags = sequence >= head ? FrameFlag.final : 0;
      const header = { kind: FrameKind.snapshot, flags, target: peer, sequence, channel: this.channel };
      yield encodeFrame(
        header,
        toPayload({
          v: 1,
          epoch: EPOCH,
          from,
          ...ready,
          events: events.map((json) => JSON.parse(json) as unknown),
        }),
      );
      if (events.length === 0) return;
      from = sequence;
    }
  }

  /** At least one event, and no more than fit a piece. */
  #piece(from: number, head: number): string[] {
    let to = from;
    for (let bytes = 0; to < head; to++) {
      bytes += this.#events[to]?.length ?? 0;
      if (to > from && bytes > SNAPSHOT_CHUNK_BYTES) break;
    }
    return this.#events.slice(from, to);
  }
}

function readyOf(id: string, from: number, head: number): SessionReady {
  const at = new Date(0).toISOString();
  const nothing = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    totalTokens: 0,
  };
  const session = {
    id,
    projectId: 'project',
    title: 'measured',
    status: 'running',
    modelId: null,
    actor: null,
    forkedFrom: null,
    loop: null,
    queued: 0,
    messages: 0,
    usage: { ...nothing, cost: null },
    head,
    createdAt: at,
    updatedAt: at,
  } as const;
  return { type: 'session_ready', session, epoch: EPOCH, from, head, currentTurn: null };
}
