/** The two ends of a relay in a measurement: a machine that answers everything, and a browser that asks. */
import { connectSocketIo } from '@spectral/proto/client';
import {
  FrameGatherer,
  FrameKind,
  HEADER_BYTES,
  MACHINE_LINK_PATH,
  MACHINE_SUBPROTOCOL,
  decodeFrame,
  encodeFrame,
  framesOf,
} from '@spectral/proto/wire';
import { WebSocket } from 'ws';

export interface MachineEnd {
  close(): void;
}

/** Connects a machine that answers each REQUEST with this payload, and resolves when it is welcome. */
export async function connectMachineEnd(
  relayUrl: string,
  token: string,
  reply: Uint8Array,
): Promise<MachineEnd> {
  const socket = new WebSocket(relayUrl.replace('http', 'ws') + MACHINE_LINK_PATH, MACHINE_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('error', reject);
  });
  const gatherer = new FrameGatherer((message) => socket.send(message));
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return;
    for (const { kind, target } of framesOf(data).map(decodeFrame)) {
      if (kind === FrameKind.request) gatherer.add(encodeFrame({ kind: FrameKind.response, target }, reply));
    }
  });
  return { close: () => socket.terminate() };
}

export interface BrowserEnd {
  /** Sends a request and resolves with the payload of its answer. */
  ask(payload: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** Connects a browser over the real client's socket, and resolves when it is welcome. */
export async function connectBrowserEnd(
  relayUrl: string,
  machineId: string,
  ticket: string,
): Promise<BrowserEnd> {
  const waiting = new Map<number, (payload: Uint8Array) => void>();
  const last = { id: 0 };
  const socket = await new Promise<ReturnType<typeof connectSocketIo>>((resolve, reject) => {
    const opened = connectSocketIo(
      { relayUrl, machineId, ticket },
      {
        onControl: () => resolve(opened),
        onData(bytes) {
          const { target, payload } = decodeFrame(bytes);
          waiting.get(target)?.(payload);
          waiting.delete(target);
        },
        onHeard() {},
        onEnd: ({ message }) => reject(new Error(`the browser connection ended: ${message}`)),
      },
    );
  });
  return {
    ask: (payload) =>
      new Promise((resolve) => {
        last.id += 1;
        waiting.set(last.id, resolve);
        socket.sendData(encodeFrame({ kind: FrameKind.request, target: last.id }, payload));
      }),
    close: () => socket.close(),
  };
}

/** The same two ends on a relay that does nothing but pass bytes on. */
export async function connectBareEnds(url: string, reply: Uint8Array): Promise<BrowserEnd> {
  const machine = await openBare(`${url}/machine`);
  const browser = await openBare(`${url}/browser`);
  const answer = new Uint8Array(HEADER_BYTES + reply.length);
  machine.on('message', () => machine.send(answer));
  return {
    ask: (payload) =>
      new Promise((resolve) => {
        browser.once('message', (data: Buffer) => resolve(data));
        browser.send(Buffer.concat([new Uint8Array(HEADER_BYTES), payload]));
      }),
    close() {
      machine.terminate();
      browser.terminate();
    },
  };
}

async function openBare(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}
