// An append-only numbered log with readers, as a machine keeps one per channel.
import { encodeFrame, FrameFlag, FrameKind, toPayload, type Numbered } from '@spectral/proto/wire';

/** Takes a frame for one reader. */
export type Send = (frame: Uint8Array) => void;

const EPOCH = 1;

export class EventLog<E extends object, R> {
  readonly #channel: string;
  readonly #ready: (from: number, head: number) => R;
  readonly #events: Numbered<E>[] = [];
  readonly #readers = new Map<number, Send>();

  constructor(channel: string, ready: (from: number, head: number) => R) {
    this.#channel = channel;
    this.#ready = ready;
  }

  get head(): number {
    return this.#events.length;
  }

  get events(): readonly Numbered<E>[] {
    return this.#events;
  }

  /** Writes events and tells all readers in one frame. */
  append(...events: readonly E[]): void {
    const numbered = events.map((event, index) => ({ ...event, seq: this.head + index + 1, at: Date.now() }));
    this.#events.push(...numbered);
    const frame = this.#frame(FrameKind.events, 0, EPOCH, { events: numbered });
    for (const send of this.#readers.values()) send(frame);
  }

  /** A reader opens from its cursor: history, then everything that follows. */
  open(peer: number, cursor: { epoch: number; seq: number }, send: Send): void {
    const from = cursor.epoch === EPOCH ? cursor.seq : 0;
    const { head } = this;
    const events = this.#events.slice(from);
    send(
      this.#frame(FrameKind.snapshot, FrameFlag.final, peer, {
        ready: this.#ready(from, head),
        epoch: EPOCH,
        from,
        events,
      }),
    );
    this.#readers.set(peer, send);
  }

  close(peer: number): void {
    this.#readers.delete(peer);
  }

  #frame(kind: FrameKind, flags: number, target: number, body: object): Uint8Array {
    return encodeFrame(
      { kind, flags, target, sequence: this.head, channel: this.#channel },
      toPayload({ v: 1, ...body }),
    );
  }
}
