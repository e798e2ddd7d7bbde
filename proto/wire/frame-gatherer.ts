/** Gathers the frames that one moment of a process sends on one link, so that they leave in one message. */
import { messageOf } from './bundle.ts';
import { BUNDLE_BYTES } from './timing.ts';

export class FrameGatherer {
  readonly #send: (message: Uint8Array) => void;
  readonly #later: (flush: () => void) => void;
  #frames: Uint8Array[] = [];
  #bytes = 0;

  /** `send` puts a message on the wire; `later` runs what it is given once the work at hand is done. */
  constructor(send: (message: Uint8Array) => void, later: (flush: () => void) => void = queueMicrotask) {
    this.#send = send;
    this.#later = later;
  }

  /** Bytes that have not been sent yet. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: Uint8Array): void {
    if (this.#bytes + frame.length > BUNDLE_BYTES) this.flush();
    if (this.#frames.length === 0) this.#later(() => this.flush());
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** Sends what is gathered. Whatever goes another way on the same link must come after this, to keep the order. */
  flush(): void {
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    this.#send(messageOf(frames));
  }
}
