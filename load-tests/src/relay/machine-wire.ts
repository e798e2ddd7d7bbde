/** One WebSocket of a scripted machine: data frames and control frames, as the daemon's link has them. */
import {
  CLOSE,
  FrameGatherer,
  MACHINE_LINK_PATH,
  MACHINE_SUBPROTOCOL,
  decodeFrame,
  framesOf,
  parseRelayToMachine,
  type DataFrame,
  type MachineToRelay,
  type RelayToMachine,
} from '@spectral/proto/wire';
import { WebSocket } from 'ws';

export interface MachineWire {
  /** Sends a data frame, together with others of the same moment. What is sent on a closed wire is lost. */
  send(frame: Uint8Array): void;
  sendControl(control: MachineToRelay): void;
  /** Bytes that have not left yet. */
  readonly bufferedBytes: number;
  /** Says goodbye. */
  close(): void;
  /** Breaks the connection without a goodbye. */
  cut(): void;
}

export interface MachineWireListener {
  /** Pings have been answered when this is called. The first is `welcome`. */
  control(wire: MachineWire, control: RelayToMachine): void;
  data(wire: MachineWire, frame: DataFrame): void;
  /** Called once, last. `why`: the close code, the HTTP status of a refused upgrade, or the network's error. */
  ended(wire: MachineWire, why: string): void;
}

/** Begins to connect to a relay (`http://…`), from an address of this host if given. */
export function openMachineWire(
  relayUrl: string,
  token: string,
  listener: MachineWireListener,
  localAddress?: string,
): MachineWire {
  const socket = new WebSocket(relayUrl.replace('http', 'ws') + MACHINE_LINK_PATH, MACHINE_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    ...(localAddress ? { localAddress } : {}),
  });
  const isOpen = () => socket.readyState === WebSocket.OPEN;
  const gatherer = new FrameGatherer((message) => {
    if (isOpen()) socket.send(message);
  });
  const wire: MachineWire = {
    send: (frame) => gatherer.add(frame),
    sendControl(control) {
      gatherer.flush();
      if (isOpen()) socket.send(JSON.stringify(control));
    },
    get bufferedBytes() {
      return socket.bufferedAmount + gatherer.bytes;
    },
    close() {
      gatherer.flush();
      socket.close(CLOSE.shutdown.code, CLOSE.shutdown.reason);
    },
    cut: () => socket.terminate(),
  };
  hear(socket, wire, listener);
  return wire;
}

/** Connects, and resolves when the relay has welcomed the machine; rejects when it does not. */
export function connectMachineWire(
  relayUrl: string,
  token: string,
  { control, data }: Partial<Pick<MachineWireListener, 'control' | 'data'>>,
): Promise<MachineWire> {
  return new Promise((resolve, reject) => {
    openMachineWire(relayUrl, token, {
      control(wire, frame) {
        if (frame.kind === 'welcome') resolve(wire);
        control?.(wire, frame);
      },
      data: (wire, frame) => data?.(wire, frame),
      ended: (_wire, why) => reject(new Error(`the machine's link ended: ${why}`)),
    });
  });
}

function hear(socket: WebSocket, wire: MachineWire, listener: MachineWireListener): void {
  const failed: { why: string | null } = { why: null };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      for (const frame of framesOf(data)) listener.data(wire, decodeFrame(frame));
      return;
    }
    const control = parseRelayToMachine(data.toString());
    if (control.kind === 'ping') wire.sendControl({ kind: 'pong' });
    listener.control(wire, control);
  });
  socket.on('unexpected-response', (_request, response) => {
    failed.why = `HTTP ${response.statusCode}`;
    response.resume();
    socket.terminate();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed.why ??= error.code ?? error.message;
  });
  socket.on('close', (code) => listener.ended(wire, failed.why ?? `closed with ${code}`));
}
