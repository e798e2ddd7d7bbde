// The browser side of a relay in front of fake machines, over the real Socket.IO link.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import {
  BROWSER_LINK_PATH,
  CONTROL_EVENT,
  DATA_EVENT,
  decodeFrame,
  encodeFrame,
  FrameFlag,
  FrameKind,
  MACHINE_CHANNEL,
  MAX_FRAME_BYTES,
  parseBrowserToRelay,
  parseRequest,
  socketParser,
  toPayload,
  type Actor,
  type DataFrame,
  type RelayToBrowser,
} from '@spectral/proto/wire';
import { failure, type Answer, type FakeMachine } from './fake-machine.ts';

export interface FakeRelay {
  /** Machines by id; one that is missing from `online` is offline. */
  readonly online: Set<string>;
  /** Tells every browser of a machine that it came or went. */
  setOnline(machineId: string, online: boolean): void;
  /** Breaks all browser links; while `refuse` is on, new ones fail. */
  cut(): void;
  refuse: boolean;
  close(): void;
}

export const LAST_SEEN = new Date(Date.now() - 3 * 3_600_000).toISOString();

export function startFakeRelay(
  http: HttpServer,
  machines: ReadonlyMap<string, FakeMachine>,
  actor: Actor,
): FakeRelay {
  const io = new Server(http, {
    path: BROWSER_LINK_PATH,
    parser: socketParser,
    transports: ['websocket'],
    serveClient: false,
  });
  const online = new Set(machines.keys());
  let peers = 0;
  const relay: FakeRelay = {
    online,
    refuse: false,
    setOnline(machineId, isOnline) {
      if (isOnline) online.add(machineId);
      else online.delete(machineId);
      for (const socket of io.sockets.sockets.values()) {
        if (machineOf(socket) === machineId) {
          control(socket, { kind: 'presence', online: isOnline, lastSeenAt: isOnline ? null : LAST_SEEN });
        }
      }
    },
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
    close: () => void io.close(),
  };
  io.use((_socket, next) => next(relay.refuse ? new Error('refused by the test') : undefined));
  io.on('connection', (socket) => {
    const machine = machines.get(machineOf(socket));
    if (!machine) return void socket.disconnect();
    serve(socket, machine, { online, actor, peer: ++peers });
  });
  return relay;
}

function serve(
  socket: Socket,
  machine: FakeMachine,
  { online, actor, peer }: { online: Set<string>; actor: Actor; peer: number },
): void {
  const isOnline = () => online.has(machine.id);
  const send = (frame: Uint8Array) => void (isOnline() && socket.emit(DATA_EVENT, frame));
  control(socket, {
    kind: 'welcome',
    protocol: 1,
    connectionId: String(peer),
    maxFrameBytes: MAX_FRAME_BYTES,
    machine: { id: machine.id, online: isOnline(), lastSeenAt: isOnline() ? null : LAST_SEEN },
  });
  socket.on(CONTROL_EVENT, (text: string) => {
    const frame = parseBrowserToRelay(text);
    const log = frame.channel === MACHINE_CHANNEL ? machine.lists : machine.sessions.get(frame.channel)?.log;
    if (!log) {
      return control(socket, {
        kind: 'refused',
        channel: frame.channel,
        code: 'not-found',
        message: 'no such session',
      });
    }
    if (frame.kind === 'close') log.close(peer);
    else if (isOnline()) log.open(peer, frame.cursor, send);
  });
  socket.on(DATA_EVENT, (bytes: Uint8Array) => void answer(decodeFrame(bytes)));
  socket.on('disconnect', () => {
    machine.lists.close(peer);
    for (const { log } of machine.sessions.values()) log.close(peer);
  });

  async function answer(request: DataFrame): Promise<void> {
    const reply = isOnline() ? await machine.request(parseRequest(request.payload), actor) : offline();
    const flags = isOnline() ? 0 : FrameFlag.fromRelay;
    socket.emit(
      DATA_EVENT,
      encodeFrame({ kind: FrameKind.response, target: request.target, flags }, toPayload({ v: 1, ...reply })),
    );
  }
}

function offline(): Answer {
  return failure(503, 'machine-offline', 'The machine is offline.', { lastSeenAt: LAST_SEEN });
}

function machineOf(socket: Socket): string {
  return String(socket.handshake.query.machine);
}

function control(socket: Socket, frame: RelayToBrowser): void {
  socket.emit(CONTROL_EVENT, JSON.stringify(frame));
}
