/**
 * How many bytes are on their way to one browser: gathered, or handed to Socket.IO's engine and not yet taken by the
 * kernel. A channel frame that would pass the window is refused, so that a slow reader costs bounded memory and slows
 * nobody.
 */
import { FrameGatherer } from '@spectral/proto/wire';

/** What the window needs of an engine.io connection. */
export interface EngineConnection {
  write(data: Uint8Array, options: { compress: boolean }): unknown;
  /** `flush`: the buffered packets go to the transport. */
  on(event: 'flush', listener: () => void): unknown;
  readonly transport: { on(event: 'drain', listener: () => void): unknown };
}

const PLAIN = { compress: false };

export class SendWindow {
  readonly #conn: EngineConnection;
  readonly #bytes: number;
  /** Made at the first frame: most connections of a fleet are idle. */
  #gatherer: FrameGatherer | null = null;
  #buffered = 0;
  #inTransport = 0;

  /** `bytes`: how much may be on its way. One frame of any size passes when nothing is. */
  constructor(conn: EngineConnection, bytes: number) {
    this.#conn = conn;
    this.#bytes = bytes;
    conn.on('flush', () => {
      this.#inTransport += this.#buffered;
      this.#buffered = 0;
    });
    conn.transport.on('drain', () => {
      this.#inTransport = 0;
    });
  }

  /** Bytes on their way. */
  get queued(): number {
    return (this.#gatherer?.bytes ?? 0) + this.#buffered + this.#inTransport;
  }

  /** True when the frame went out; false when there is no room. */
  offer(frame: Uint8Array): boolean {
    if (this.queued > 0 && this.queued + frame.length > this.#bytes) return false;
    this.send(frame);
    return true;
  }

  /** Counts what is about to be sent by another way. */
  note(bytes: number): void {
    this.#buffered += bytes;
  }

  /** Sends whatever the window holds, with what else this moment brings. */
  send(frame: Uint8Array): void {
    this.#gatherer ??= new FrameGatherer((message) => this.#write(message));
    this.#gatherer.add(frame);
  }

  /** What was sent so far goes out before what is about to be sent by another way. */
  flush(): void {
    this.#gatherer?.flush();
  }

  /** The parser puts a data message on the wire as these very bytes. */
  #write(message: Uint8Array): void {
    this.note(message.length);
    this.#conn.write(message, PLAIN);
  }
}
