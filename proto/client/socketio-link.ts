/** The browser link over Socket.IO: one WebSocket, our own packet parser, no reconnecting of its own. */
import { io, type Socket } from 'socket.io-client';
import {
  BROWSER_LINK_PATH,
  connectRefusal,
  CONTROL_EVENT,
  DATA_EVENT,
  framesOf,
  parse,
  socketParser,
  type ConnectRefusal,
} from '../wire/index.ts';
import type { LinkAddress, LinkEnd, LinkEvents, LinkSocket } from './link-socket.ts';

/** Opens a socket to a relay. Never throws; failures arrive at `events.onEnd`. */
export function connectSocketIo(address: LinkAddress, events: LinkEvents): LinkSocket {
  const socket = io(address.relayUrl, {
    path: BROWSER_LINK_PATH,
    query: { machine: address.machineId },
    auth: { ticket: address.ticket },
    transports: ['websocket'],
    parser: socketParser,
    reconnection: false,
    forceNew: true,
  });
  const end = once(events.onEnd);
  socket.on(CONTROL_EVENT, (text: unknown) => typeof text === 'string' && events.onControl(text));
  socket.on(DATA_EVENT, (message: unknown) => {
    for (const frame of readFrames(message)) events.onData(frame);
  });
  socket.io.on('ping', () => events.onHeard());
  socket.on('connect_error', (error) => closeWith(socket, end, endOf(error)));
  socket.on('disconnect', (reason) => closeWith(socket, end, { code: null, message: reason }));
  return {
    sendControl: (text) => void socket.emit(CONTROL_EVENT, text),
    sendData: (bytes) => void socket.emit(DATA_EVENT, bytes),
    close() {
      socket.off();
      socket.disconnect();
    },
  };
}

function closeWith(socket: Socket, end: (end: LinkEnd) => void, why: LinkEnd): void {
  socket.disconnect();
  end(why);
}

function endOf(error: Error & { readonly data?: unknown }): LinkEnd {
  const refusal = readRefusal(error.data);
  return refusal ?? { code: null, message: error.message };
}

/** None when the message is nothing this client can read; what it held shows as a hole in the numbers. */
function readFrames(message: unknown): readonly Uint8Array[] {
  try {
    return message instanceof Uint8Array ? framesOf(message) : [];
  } catch {
    return [];
  }
}

/** Null when the failure is none of the relay's own, such as an unreachable host or a proxy's answer. */
function readRefusal(data: unknown): ConnectRefusal | null {
  try {
    return parse(connectRefusal, data, 'refusal');
  } catch {
    return null;
  }
}

function once(call: (end: LinkEnd) => void): (end: LinkEnd) => void {
  let called = false;
  return (end) => {
    if (called) return;
    called = true;
    call(end);
  };
}
