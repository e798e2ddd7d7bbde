/** Where machines come in: the HTTP upgrade at `/agent-connection`, from the token to a link in routing. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MachinePresence } from '@spectral/common';
import { CLOSE, MACHINE_SUBPROTOCOL, MAX_FRAME_BYTES, type MachineClaims } from '@spectral/proto/wire';
import { WebSocketServer, type Server } from 'ws';
import type { Router } from '../routing/router.ts';
import type { Rechecks } from '../standing/rechecks.ts';
import { AdmissionRefused, causeToLog, refusalOf } from './admission-refused.ts';
import { admitMachine, type MachineAdmission } from './admit-machine.ts';
import { OVERSIZE_BYTES } from './frame-limits.ts';
import { MachineSocket, type MachineSocketParts } from './machine-socket.ts';
import { MachineWebSocket } from './machine-web-socket.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface MachineDoor {
  /** Takes an upgrade over: in the end it is a link, or refused. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

interface Parts extends MachineSocketParts {
  readonly router: Router;
  readonly admission: MachineAdmission;
  readonly machinesPerTeam: number;
  readonly rechecks: Pick<Rechecks, 'mark' | 'linkAdmitted'>;
}

export function createMachineDoor(parts: Parts): MachineDoor {
  const { router, rechecks, log, counters } = parts;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES + OVERSIZE_BYTES,
    WebSocket: MachineWebSocket,
    handleProtocols: () => MACHINE_SUBPROTOCOL,
  });

  return {
    async upgrade(request, socket, head) {
      // Until ws takes the socket over, nobody else listens to it.
      const ignore = () => {};
      socket.on('error', ignore);
      try {
        const mark = rechecks.mark();
        const claims = await admit(request, parts);
        const claim = await router.claim(claims);
        socket.off('error', ignore);
        const link = accept(server, [request, socket, head], claims, claim.entry, parts);
        if (link) rechecks.linkAdmitted(link, mark);
        else await router.abandon(claim);
      } catch (error) {
        const refusal = refusalOf(error);
        counters.admissionsRefused += 1;
        const cause = causeToLog(error, refusal);
        log.info({ status: refusal.status, reason: refusal.reason.reason, err: cause }, 'machine refused');
        refuseUpgrade(socket, refusal.status, refusal.body);
      }
    },
  };
}

async function admit(request: IncomingMessage, parts: Parts): Promise<MachineClaims> {
  if (!offersProtocol(request)) {
    const message = `expected the WebSocket subprotocol ${MACHINE_SUBPROTOCOL}; update "spectral" on this machine`;
    throw new AdmissionRefused(400, CLOSE.badFrame, message);
  }
  const claims = await admitMachine(request.headers.authorization, parts.admission);
  const most = parts.machinesPerTeam;
  if (parts.router.held.countOf(claims.team) < most) return claims;
  throw new AdmissionRefused(429, CLOSE.rateLimited, `The team has ${most} machines here, the most it may.`);
}

/** The link, or null when the peer left or sent no proper WebSocket upgrade, which `ws` has answered then. */
function accept(
  server: Server<typeof MachineWebSocket>,
  upgrade: readonly [IncomingMessage, Duplex, Buffer],
  claims: MachineClaims,
  entry: MachinePresence,
  parts: Parts,
): MachineSocket | null {
  const { router, log } = parts;
  const [, wire] = upgrade;
  const accepted: { link: MachineSocket | null } = { link: null };
  if (wire.destroyed) return null;
  // The answer to the upgrade and the welcome leave together.
  wire.cork();
  // Without a `verifyClient`, ws calls back before it returns, or never.
  server.handleUpgrade(...upgrade, (socket) => {
    const link = new MachineSocket(socket, claims, entry, parts);
    accepted.link = link;
    link.start(router);
    log.info(
      { machineId: entry.machineId, teamId: claims.team, epoch: entry.epoch },
      'machine link accepted',
    );
  });
  wire.uncork();
  return accepted.link;
}

function offersProtocol({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((protocol) => protocol.trim() === MACHINE_SUBPROTOCOL);
}
