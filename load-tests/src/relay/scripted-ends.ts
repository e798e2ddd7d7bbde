/** The ends of a relay in a measurement: machines that answer everything or tell events, and a browser that asks. */
import { connectSocketIo } from '@spectral/proto/client';
import { FrameFlag, FrameKind, HEADER_BYTES, decodeFrame, encodeFrame } from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { connectMachineWire, type MachineWire } from './machine-wire.ts';

export interface MachineEnd {
  close(): void;
}

/** Connects a machine that answers each REQUEST with this payload, and resolves when it is welcome. */
export async function connectMachineEnd(
  relayUrl: string,
  token: string,
  reply: Uint8Array,
): Promise<MachineEnd> {
  const wire = await connectMachineWire(relayUrl, token, {
    data(from, { kind, target }) {
      if (kind === FrameKind.request) from.send(encodeFrame({ kind: FrameKind.response, target }, reply));
    },
  });
  return { close: () => wire.cut() };
}

/** Connects a machine whose channels open with an empty history; what it sends then is the caller's. */
export function connectTellingEnd(relayUrl: string, token: string): Promise<MachineWire> {
  return connectMachineWire(relayUrl, token, {
    control(from, control) {
      if (control.kind !== 'open') return;
      const { peer, channel } = control;
      from.send(encodeFrame({ kind: FrameKind.snapshot, flags: FrameFlag.final, target: peer, channel }));
    },
  });
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
