/** A relay as a machine sees it: a WebSocket server on port 0 that records everything and says what a test tells it. */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  FrameKind,
  MAX_FRAME_BYTES,
  decodeFrame,
  encodeFrame,
  framesOf,
  parseMachineToRelay,
  parseResponse,
  toPayload,
  type Cursor,
  type DataFrame,
  type MachineToRelay,
  type RelayToMachine,
  type RequestPayload,
  type ResponsePayload,
} from '@spectral/proto/wire';
import type { Defer } from './clean-up.ts';
import { waitUntil } from './wait-until.ts';

/** A machine that loads its agent on a busy host answers late. */
const ANSWER_MS = 20_000;

export interface FakeRelay {
  readonly url: string;
  /** Every upgrade request, also refused ones, and when it came. */
  readonly upgrades: {
    readonly headers: IncomingMessage['headers'];
    readonly path: string;
    readonly at: number;
  }[];
  readonly machines: FakeMachine[];
  /** HTTP status that refuses upgrades; null lets them through. */
  refuseWith: number | null;
  /** What its welcome hears beyond the first frames of the protocol. */
  hears: string[];
  /** Whether a connection is welcomed by itself. */
  welcomes: boolean;
  /** Leaves an upgrade without an answer. */
  mute: boolean;
  /** The newest machine connection, once there are `count`. */
  machine(count?: number): Promise<FakeMachine>;
}

/** One connection of the machine. */
export interface FakeMachine {
  readonly control: MachineToRelay[];
  readonly frames: DataFrame[];
  /** Close code and reason, once closed. */
  readonly closed: { readonly code: number; readonly reason: string } | null;
  readonly socket: WebSocket;
  say(frame: RelayToMachine): void;
  sendBytes(bytes: Uint8Array): void;
  /** Sends a request as peer 7 and waits for its answer. */
  request(
    method: RequestPayload['method'],
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<ResponsePayload>;
  /** Opens a channel for a peer; its frames are among `frames`. */
  open(peer: number, channel: string, cursor?: Cursor): void;
}

export async function startFakeRelay(defer: Defer): Promise<FakeRelay> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const relay: FakeRelay = {
    url: `ws://127.0.0.1:${port}/agent-connection`,
    upgrades: [],
    machines: [],
    refuseWith: null,
    hears: [],
    welcomes: true,
    mute: false,
    machine: (count = 1) =>
      waitUntil(
        `connection ${count} of the machine`,
        () => (relay.machines.length >= count ? relay.machines.at(-1) : null),
        8000,
      ),
  };
  server.on('upgrade', (request, socket, head) => {
    relay.upgrades.push({ headers: request.headers, path: request.url ?? '', at: Date.now() });
    defer(() => socket.destroy());
    if (relay.mute) return;
    if (relay.refuseWith !== null)
      return void socket.end(`HTTP/1.1 ${relay.refuseWith} Refused\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const machine = fakeMachine(webSocket);
      relay.machines.push(machine);
      if (relay.welcomes)
        machine.say({
          kind: 'welcome',
          protocol: 1,
          connectionId: 'c',
          maxFrameBytes: MAX_FRAME_BYTES,
          hears: relay.hears,
        });
    });
  });
  return relay;
}

function fakeMachine(socket: WebSocket): FakeMachine {
  let requestId = 0;
  let closed: FakeMachine['closed'] = null;
  const machine: FakeMachine = {
    control: [],
    frames: [],
    get closed() {
      return closed;
    },
    socket,
    say: (frame) => socket.send(JSON.stringify(frame)),
    sendBytes: (bytes) => socket.send(bytes),
    async request(method, path, body, key) {
      requestId += 1;
      const target = requestId;
      const payload = toPayload({
        v: 1,
        method,
        path,
        ...(body === undefined ? {} : { body }),
        ...(key ? { key } : {}),
      });
      socket.send(encodeFrame({ kind: FrameKind.request, target, sequence: 7 }, payload));
      const frame = await waitUntil(
        `the answer to ${method} ${path}`,
        () => machine.frames.find((one) => one.kind === FrameKind.response && one.target === target),
        ANSWER_MS,
      );
      return parseResponse(frame.payload);
    },
    open: (peer, channel, cursor = { epoch: 0, seq: 0 }) =>
      machine.say({ kind: 'open', peer, channel, cursor }),
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) machine.frames.push(...framesOf(new Uint8Array(data as Buffer)).map(decodeFrame));
    else machine.control.push(parseMachineToRelay((data as Buffer).toString('utf8')));
  });
  socket.on('close', (code, reason) => (closed = { code, reason: String(reason) }));
  return machine;
}
