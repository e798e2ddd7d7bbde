/**
 * A machine's WebSocket, which tells one listener object. The functions given to `ws` are the same for all: there are as
 * many sockets as machines, and closures of each would be a sixth of what an idle one keeps.
 */
import type { RawData, WebSocket } from 'ws';
import { BoundedWebSocket } from './frame-limits.ts';

export interface MachineWebSocketListener {
  onMessage(data: RawData, isBinary: boolean): void;
  /** Called once, last. */
  onClose(code: number): void;
}

export class MachineWebSocket extends BoundedWebSocket {
  listener: MachineWebSocketListener | null = null;

  /** Tells `listener` from now on. Call it once. */
  tell(listener: MachineWebSocketListener): void {
    this.listener = listener;
    this.on('message', tellMessage);
    this.on('close', tellClose);
    this.on('error', ignore);
  }
}

// The types of `ws` give listeners no more than a WebSocket for `this`.

function tellMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof MachineWebSocket) this.listener?.onMessage(data, isBinary);
}

function tellClose(this: WebSocket, code: number): void {
  if (this instanceof MachineWebSocket) this.listener?.onClose(code);
}

/** `close` follows and is what counts. */
function ignore(): void {}
