/** Where browsers come in: Socket.IO over WebSocket at `/browser-connection`, from the ticket to a seat in routing. */
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { BROWSER_LINK_PATH, CLOSE, MAX_FRAME_BYTES, socketParser } from '@spectral/proto/wire';
import type { ConnectRefusal, TicketClaims } from '@spectral/proto/wire';
import { Server, type DefaultEventsMap } from 'socket.io';
import type { Router } from '../routing/router.ts';
import type { Rechecks } from '../standing/rechecks.ts';
import { AdmissionRefused, badToken, causeToLog, refusalOf } from './admission-refused.ts';
import { admitBrowser, originAllowed, type BrowserAdmission } from './admit-browser.ts';
import { BrowserSocket, type BrowserSocketParts } from './browser-socket.ts';
import { BrowserWebSocketServer, OVERSIZE_BYTES } from './frame-limits.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface BrowserDoor {
  /** Takes an upgrade over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

interface Parts extends Omit<BrowserSocketParts, 'watched'> {
  readonly router: Router;
  readonly admission: BrowserAdmission;
  readonly allowedOrigins: readonly string[];
  readonly browsersPerTeam: number;
  readonly handshakeMs: number;
  readonly pingIntervalMs: number;
  readonly rechecks: Pick<Rechecks, 'mark' | 'readerAdmitted'>;
}

interface SocketData {
  admitted?: { readonly claims: TicketClaims; readonly mark: number };
}

type BrowserServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;

export function createBrowserDoor(parts: Parts): BrowserDoor {
  const io: BrowserServer = new Server({
    path: BROWSER_LINK_PATH,
    transports: ['websocket'],
    wsEngine: BrowserWebSocketServer,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    parser: socketParser,
    maxHttpBufferSize: MAX_FRAME_BYTES + OVERSIZE_BYTES,
    connectTimeout: parts.handshakeMs,
    pingInterval: parts.pingIntervalMs,
    pingTimeout: parts.pingIntervalMs,
  });
  // Never listens: upgrades are handed to the engine one by one, so that the HTTP server stays its owner's.
  io.attach(createServer());
  checkTickets(io, parts);
  seatBrowsers(io, parts);

  return {
    upgrade(request, socket, head) {
      if (originAllowed(request.headers, parts.allowedOrigins)) {
        return io.engine.handleUpgrade(request, socket, head);
      }
      const message = 'Pages of this origin may not connect here.';
      parts.counters.admissionsRefused += 1;
      refuseUpgrade(socket, 403, new AdmissionRefused(403, CLOSE.forbidden, message).body);
    },
    close() {
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

/** Lets nobody through whose ticket, person or machine cannot be vouched for. */
function checkTickets(io: BrowserServer, parts: Parts): void {
  /** A connection asks to be let in once, however often it says so. */
  const entering = new WeakSet<object>();
  io.use((socket, next) => {
    const enter = async () => {
      try {
        if (entering.has(socket.conn)) throw badToken('one connection presents one ticket');
        entering.add(socket.conn);
        const mark = parts.rechecks.mark();
        socket.data.admitted = { claims: await admit(socket.handshake, parts), mark };
        next();
      } catch (error) {
        next(refuse(error, parts));
      }
    };
    void enter();
  });
}

/** Gives everybody let in a number and a seat. */
function seatBrowsers(io: BrowserServer, parts: Parts): void {
  const { router, rechecks, log } = parts;
  const lastNumber = { value: 0 };
  io.on('connection', (socket) => {
    const { admitted } = socket.data;
    if (!admitted) return void socket.disconnect(true);
    lastNumber.value += 1;
    const { claims, mark } = admitted;
    const browser = new BrowserSocket(lastNumber.value, claims, socket, {
      ...parts,
      watched: router.watched,
    });
    browser.start();
    rechecks.readerAdmitted(browser, mark);
    const { machine: machineId, team: teamId, sub: userId } = claims;
    log.info({ machineId, teamId, userId }, 'browser connection accepted');
  });
}

async function admit(
  { auth, query }: { auth: Record<string, unknown> | null; query: Record<string, unknown> },
  { router, admission, browsersPerTeam }: Parts,
): Promise<TicketClaims> {
  const claims = await admitBrowser({ ticket: auth?.ticket, machineId: query.machine }, admission);
  if (router.watched.countOf(claims.team) >= browsersPerTeam) {
    throw new AdmissionRefused(
      429,
      CLOSE.rateLimited,
      `The team has ${browsersPerTeam} browser connections here, the most it may.`,
    );
  }
  await router.locate(claims.machine);
  return claims;
}

/** Counts and logs a refusal, and gives the error that tells the client. */
function refuse(error: unknown, { counters, log }: Parts): Error {
  const refusal = refusalOf(error);
  const cause = causeToLog(error, refusal);
  counters.admissionsRefused += 1;
  log.info({ status: refusal.status, reason: refusal.reason.reason, err: cause }, 'browser refused');
  return connectError(refusal);
}

/** The form in which Socket.IO tells a client why it was not let in. */
function connectError({ message, reason }: AdmissionRefused): Error & { data: ConnectRefusal } {
  return Object.assign(new Error(message), { data: { code: reason.code, reason: reason.reason, message } });
}
