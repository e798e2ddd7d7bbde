/**
 * How many bytes are on their way to one browser: handed to Socket.IO's engine and not yet taken by the kernel. A channel
 * frame that would pass the window is refused, so that a slow reader costs bounded memory and slows nobody.
 */

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
    return this.#buffered + this.#inTransport;
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

  /** Sends whatever the window holds. The parser puts a data frame on the wire as these very bytes. */
  send(data: Uint8Array): void {
    this.note(data.length);
    this.#conn.write(data, PLAIN);
  }
}
