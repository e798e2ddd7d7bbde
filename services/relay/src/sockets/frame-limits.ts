/**
 * What happens to a message so long that `ws` refuses to read it: `ws` would close with 1009 of its own accord, as soon
 * as the header announces such a length. These classes, given to `ws` and to engine.io, close with our own code instead.
 */
import {
  CLOSE,
  CONTROL_EVENT,
  MAX_FRAME_BYTES,
  socketParser,
  type RelayToBrowser,
} from '@spectral/proto/wire';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';

/** RFC 6455: a message that is too big. */
const TOO_BIG = 1009;
/** Frames this much over the limit are still read, to be refused with a message of their own. */
export const OVERSIZE_BYTES = 1024 * 1024;

/** The close code says it all: enough for a machine. */
export class BoundedWebSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    if (code === TOO_BIG) super.close(CLOSE.frameTooLarge.code, CLOSE.frameTooLarge.reason);
    else super.close(code, data);
  }
}

/** A browser's: Socket.IO shows its user no close code, so `closed` goes before it. */
class BrowserWebSocket extends BoundedWebSocket {
  override close(code?: number, data?: string | Buffer): void {
    if (code === TOO_BIG && this.readyState === WebSocket.OPEN) this.send(closedMessage());
    super.close(code, data);
  }
}

/** For engine.io's `wsEngine`. */
export class BrowserWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, WebSocket: BrowserWebSocket });
  }
}

/** The packet as engine.io puts it on the wire: 4 begins a message. */
function closedMessage(): string {
  const { code, reason } = CLOSE.frameTooLarge;
  const message = `A frame has at most ${MAX_FRAME_BYTES} bytes.`;
  const closed: RelayToBrowser = { kind: 'closed', code, reason, message };
  const packet = { type: 2, nsp: '/', data: [CONTROL_EVENT, JSON.stringify(closed)] };
  return `4${new socketParser.Encoder().encode(packet).join('')}`;
}
