/** Where browsers come in: Socket.IO over WebSocket at `/browser-connection`, from the ticket to a seat in routing. */
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { BROWSER_LINK_PATH, CLOSE, MAX_FRAME_BYTES, socketParser } from '@spectral/proto/wire';
import type { ConnectRefusal, TicketClaims } from '@spectral/proto/wire';
import { Server, type DefaultEventsMap } from 'socket.io';
import type { Router } from '../routing/router.ts';
import type { Rechecks } from '../standing/rechecks.ts';
import { AdmissionRefused, badToken, refusalOf } from './admission-refused.ts';
import { admitBrowser, originAllowed, type BrowserAdmission } from './admit-browser.ts';
import { BrowserSocket, type BrowserSocketParts } from './browser-socket.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** Frames this much over the limit are still read, to be refused with 4413; larger ones end the connection unread. */
const OVERSIZE_BYTES = 1024 * 1024;

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

export function createBrowserDoor(parts: Parts): BrowserDoor {
  const { router, log, counters } = parts;
  const io = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>({
    path: BROWSER_LINK_PATH,
    transports: ['websocket'],
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

  const lastNumber = { value: 0 };
  io.on('connection', (socket) => {
    const { admitted } = socket.data;
    if (!admitted) return void socket.disconnect(true);
    const { claims, mark } = admitted;
    lastNumber.value += 1;
    const browser = new BrowserSocket(lastNumber.value, claims, socket, {
      ...parts,
      watched: router.watched,
    });
    browser.start();
    parts.rechecks.readerAdmitted(browser, mark);
    const { machine: machineId, team: teamId, sub: userId } = claims;
    log.info({ machineId, teamId, userId }, 'browser connection accepted');
  });

  return {
    upgrade(request, socket, head) {
      if (!originAllowed(request.headers, parts.allowedOrigins)) {
        const message = 'Pages of this origin may not connect here.';
        const refusal = new AdmissionRefused(403, CLOSE.forbidden, message);
        counters.admissionsRefused += 1;
        return refuseUpgrade(socket, 403, refusal.body);
      }
      io.engine.handleUpgrade(request, socket, head);
    },
    close() {
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

async function admit(
  { auth, query }: { auth: Record<string, unknown> | null; query: Record<string, unknown> },
  { router, admission, browsersPerTeam }: Parts,
): Promise<TicketClaims> {
  const claims = await admitBrowser({ ticket: auth?.ticket, machineId: query.machine }, admission);
  if (countOf(router, claims.team) >= browsersPerTeam) {
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
  const cause = refusal.status === 503 && error !== refusal ? error : undefined;
  counters.admissionsRefused += 1;
  log.info({ status: refusal.status, reason: refusal.reason.reason, err: cause }, 'browser refused');
  return connectError(refusal);
}

/** The form in which Socket.IO tells a client why it was not let in. */
function connectError({ message, reason }: AdmissionRefused): Error & { data: ConnectRefusal } {
  return Object.assign(new Error(message), { data: { code: reason.code, reason: reason.reason, message } });
}

function countOf(router: Router, teamId: string): number {
  let count = 0;
  for (const { claims } of router.watched.readers()) if (claims.team === teamId) count += 1;
  return count;
}
