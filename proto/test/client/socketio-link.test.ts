import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { connectMachine, type ConnectionState, type MachineClient } from '../../client/index.ts';
import {
  BROWSER_LINK_PATH,
  CLOSE,
  CONTROL_EVENT,
  DATA_EVENT,
  decodeFrame,
  encodeFrame,
  FrameKind,
  parseRequest,
  socketParser,
  toPayload,
  type ConnectRefusal,
} from '../../wire/index.ts';

describe('machine client on a real Socket.IO server', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).toReversed()) await clean();
  });

  it('shows its ticket, names its machine, and gets answers', async () => {
    const relay = await startRelay(cleanUp);
    const { client } = connectTo(relay, 'good', cleanUp);

    const { body } = await client.request('GET', '/api/health');

    assert.deepEqual(body, { path: '/api/health', machine: 'machine', ticket: 'good' });
    assert.equal(client.state.kind, 'live');
    assert.ok(client.lastHeardAt !== null);
  });

  it('ends with the reason the relay gives for refusing it', async () => {
    const relay = await startRelay(cleanUp);
    const { states, until } = connectTo(relay, 'bad', cleanUp);

    await until('ended');

    const last = states.at(-1);
    assert.ok(last?.kind === 'ended');
    assert.deepEqual([last.reason, last.message], ['forbidden', 'not your machine']);
  });

  it('comes back after the relay dropped it', async () => {
    const relay = await startRelay(cleanUp);
    const { client, until } = connectTo(relay, 'good', cleanUp);
    await until('live');

    relay.drop();
    await until('reconnecting');
    client.wake();
    await until('live');

    assert.equal((await client.request('GET', '/again')).status, 200);
  });

  it('keeps trying while nobody listens there', async () => {
    const relay = await startRelay(cleanUp);
    await relay.stop();
    const { until } = connectTo(relay, 'good', cleanUp);

    await until('reconnecting');
  });
});

interface Relay {
  readonly url: string;
  /** Ends every connection without a word. */
  drop(): void;
  stop(): Promise<void>;
}

async function startRelay(cleanUp: (() => Promise<void> | void)[]): Promise<Relay> {
  const http = createServer();
  const io = new Server(http, {
    path: BROWSER_LINK_PATH,
    parser: socketParser,
    transports: ['websocket'],
    serveClient: false,
  });
  const stop = () => io.close();
  cleanUp.push(stop);
  io.use((socket, next) => next(socket.handshake.auth['ticket'] === 'good' ? undefined : refusal()));
  io.on('connection', serve);
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { url, drop: () => io.disconnectSockets(true), stop };
}

function refusal(): Error {
  const { code, reason } = CLOSE.forbidden;
  const data: ConnectRefusal = { code, reason, message: 'not your machine' };
  return Object.assign(new Error('refused'), { data });
}

function serve(socket: Socket): void {
  const machine = { id: 'machine', online: true, lastSeenAt: null };
  socket.emit(
    CONTROL_EVENT,
    JSON.stringify({ kind: 'welcome', protocol: 1, connectionId: 'c', maxFrameBytes: 1000, machine }),
  );
  socket.on(DATA_EVENT, (bytes: Uint8Array) => {
    const frame = decodeFrame(bytes);
    const { path } = parseRequest(frame.payload);
    const body = {
      path,
      machine: socket.handshake.query['machine'],
      ticket: socket.handshake.auth['ticket'] as unknown,
    };
    const answer = encodeFrame(
      { kind: FrameKind.response, target: frame.target },
      toPayload({ v: 1, status: 200, body }),
    );
    socket.emit(DATA_EVENT, answer);
  });
}

function connectTo(relay: Relay, ticket: string, cleanUp: (() => Promise<void> | void)[]) {
  const states: ConnectionState[] = [];
  const waiting: { kind: ConnectionState['kind']; resolve: () => void }[] = [];
  const client: MachineClient = connectMachine({
    machineId: 'machine',
    getTicket: () => Promise.resolve({ ticket, relayUrl: relay.url }),
    onState(state) {
      states.push(state);
      for (const { kind, resolve } of waiting) if (kind === state.kind) resolve();
    },
  });
  cleanUp.push(() => client.close());
  const until = (kind: ConnectionState['kind']) =>
    client.state.kind === kind
      ? Promise.resolve()
      : new Promise<void>((resolve) => void waiting.push({ kind, resolve }));
  return { client, states, until };
}
