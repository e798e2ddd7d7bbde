/** One WebSocket to the relay, from the attempt to its end: the thin layer over `ws`. */
import { WebSocket, type RawData } from 'ws';
import {
  BadFrame,
  BadInput,
  FrameGatherer,
  MACHINE_SUBPROTOCOL,
  MAX_FRAME_BYTES,
  decodeFrame,
  framesOf,
  parseRelayToMachine,
  type DataFrame,
  type MachineToRelay,
  type RelayToMachine,
} from '@spectral/proto/wire';

/** What a connection tells. `closed` or `failed` comes once, last. */
export interface ConnectionListener {
  control(connection: Connection, frame: RelayToMachine): void;
  data(connection: Connection, frame: DataFrame): void;
  /** It never opened; `status` is the HTTP answer to the upgrade, null when there was none. */
  failed(connection: Connection, status: number | null, reason: string): void;
  closed(connection: Connection, code: number): void;
  /** Anything at all arrived. */
  heard(connection: Connection): void;
  /** A frame that is none; it is dropped. */
  bad(connection: Connection, message: string): void;
}

export interface Connection {
  sendControl(frame: MachineToRelay): void;
  /** Gathers the frame with others of the moment. Resolves when it left this process, or when the connection is gone. */
  send(frame: Uint8Array): Promise<void>;
  /** Bytes given to `send` that have not left yet. */
  readonly bufferedBytes: number;
  readonly isOpen: boolean;
  close(code: number, reason: string): void;
  /** Drops the socket at once, without waiting for a peer that may be dead. */
  terminate(): void;
}

/** Begins a connection. Throws for an address that is no WebSocket address. */
export function openConnection(url: string, token: string, listener: ConnectionListener): Connection {
  const socket = new WebSocket(url, MACHINE_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const isOpen = () => socket.readyState === WebSocket.OPEN;
  const waiting: (() => void)[] = [];
  const gatherer = new FrameGatherer((message) => {
    const senders = waiting.splice(0);
    const tellThem = () => {
      for (const resolve of senders) resolve();
    };
    if (isOpen()) socket.send(message, tellThem);
    else tellThem();
  });
  const connection: Connection = {
    sendControl: (frame) => {
      gatherer.flush();
      if (isOpen()) socket.send(JSON.stringify(frame));
    },
    send: (frame) =>
      new Promise((resolve) => {
        gatherer.add(frame);
        waiting.push(resolve);
      }),
    get bufferedBytes() {
      return socket.bufferedAmount + gatherer.bytes;
    },
    get isOpen() {
      return isOpen();
    },
    close: (code, reason) => {
      gatherer.flush();
      socket.close(code, reason);
    },
    terminate: () => socket.terminate(),
  };
  tell(socket, connection, listener);
  return connection;
}

function tell(socket: WebSocket, connection: Connection, listener: ConnectionListener): void {
  const outcome: { opened: boolean; status: number | null; reason: string } = {
    opened: false,
    status: null,
    reason: 'closed',
  };
  socket.on('open', () => {
    outcome.opened = true;
    listener.heard(connection);
  });
  socket.on('unexpected-response', (_request, response) => {
    outcome.status = response.statusCode ?? null;
    outcome.reason = `HTTP ${response.statusCode}`;
    response.resume();
    socket.terminate();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (outcome.status === null) outcome.reason = error.code ?? error.message;
  });
  socket.on('ping', () => listener.heard(connection));
  socket.on('message', (data, isBinary) => {
    listener.heard(connection);
    receive(data, isBinary, connection, listener);
  });
  socket.on('close', (code) => {
    if (outcome.opened) listener.closed(connection, code);
    else listener.failed(connection, outcome.status, outcome.reason);
  });
}

function receive(
  data: RawData,
  isBinary: boolean,
  connection: Connection,
  listener: ConnectionListener,
): void {
  const bytes = bytesOf(data);
  try {
    if (isBinary) for (const frame of framesOf(bytes)) listener.data(connection, decodeFrame(frame));
    else listener.control(connection, parseRelayToMachine(bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof BadFrame) && !(error instanceof BadInput)) throw error;
    listener.bad(connection, error.message);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
