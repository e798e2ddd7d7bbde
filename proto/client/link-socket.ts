/** One socket to a relay, as the client needs it; the Socket.IO one is in socketio-link.ts, a scripted one in tests. */

export interface LinkSocket {
  sendControl(text: string): void;
  sendData(bytes: Uint8Array): void;
  /** Idempotent; `onEnd` is not called for it. */
  close(): void;
}

export interface LinkAddress {
  /** Origin of the relay, such as `https://host`. */
  readonly relayUrl: string;
  readonly machineId: string;
  readonly ticket: string;
}

export interface LinkEvents {
  onControl(text: string): void;
  onData(bytes: Uint8Array): void;
  /** Anything came in, a heartbeat included. */
  onHeard(): void;
  /** The socket is gone, or never opened. Called once, and last. */
  onEnd(end: LinkEnd): void;
}

export interface LinkEnd {
  /** A code of close-codes.ts when the relay named one. */
  readonly code: number | null;
  readonly message: string;
}

export type ConnectSocket = (address: LinkAddress, events: LinkEvents) => LinkSocket;
