/**
 * A relay: its two doors, its routing, its health. `createRelay` attaches to an HTTP server of the caller's;
 * `startRelay` listens itself.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { closeServer, listen, verifyMachineToken, verifyTicket } from '@spectral/common';
import type { Announcements, Logger, Metrics, Presence, TokenKeys } from '@spectral/common';
import { BROWSER_LINK_PATH, CLOSE, MACHINE_LINK_PATH } from '@spectral/proto/wire';
import { createCounters, type RelayCounters } from './counters.ts';
import { createDrain, type Drain } from './drain.ts';
import { createFleetDesk, type FleetDesk } from './fleet/fleet-desk.ts';
import { createFleetDoor } from './fleet/fleet-door.ts';
import { createHealthHandler } from './health.ts';
import { observeRelay } from './metrics.ts';
import type { Bus } from './routing/bus.ts';
import { Router } from './routing/router.ts';
import type { ListeningSettings, RelaySettings } from './settings.ts';
import { drainingRefusal } from './sockets/admission-refused.ts';
import { createBrowserDoor } from './sockets/browser-door.ts';
import { createHeartbeat } from './sockets/heartbeat.ts';
import { createMachineDoor } from './sockets/machine-door.ts';
import { createRates } from './sockets/rates.ts';
import { refuseUpgrade } from './sockets/refuse-upgrade.ts';
import { createRechecks } from './standing/rechecks.ts';
import { createStandingDesk, type AskStanding } from './standing/standing-desk.ts';
import type { Timers } from './timers.ts';

/** What a relay stands on. It closes none of these; whoever made them does. */
export interface RelayParts {
  readonly bus: Bus;
  readonly presence: Presence;
  readonly announcements: Announcements;
  readonly standing: AskStanding;
  readonly keys: TokenKeys;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timers: Timers;
}

export interface Relay {
  /** Takes the two upgrade paths of this server. Its other upgrades and its requests stay its owner's. */
  attach(server: Server): void;
  /** For whoever runs a fleet of machines. */
  readonly fleet: FleetDesk;
  /** Whether it takes connections and can reach other pods. */
  ready(): boolean;
  /**
   * Takes nobody in any more, asks everybody to move within `spreadMs`, and lets requests under way finish. Resolves
   * when all have left, or `graceMs` after the spread, when it has closed those that stayed.
   */
  drain(spreadMs: number, graceMs?: number): Promise<void>;
  /** Ends at once: every socket is closed. */
  close(): Promise<void>;
  readonly counters: Readonly<RelayCounters>;
  readonly stats: { readonly machines: number; readonly browsers: number; readonly pendingRequests: number };
}

/** How often the heartbeat looks at the machine links. */
const HEARTBEAT_CHECK_MS = 1_000;

/** Resolves once other pods can be heard. */
export async function createRelay(settings: RelaySettings, parts: RelayParts): Promise<Relay> {
  const { announcements, bus, metrics, timers } = parts;
  const { counters, router, rechecks, heartbeat, doors } = assemble(settings, parts);
  const drain = createDrain({ router, timers });
  const isReady = () => !drain.isDraining() && bus.isReady();
  await router.start();
  const stops = [
    announcements.subscribe(rechecks.onAnnouncement),
    timers.every(settings.standingSweepMs, rechecks.sweep),
    timers.every(Math.min(HEARTBEAT_CHECK_MS, settings.pingIntervalMs), heartbeat.check),
    observeRelay(metrics, { counters, router, isReady }),
  ];

  return {
    counters,
    fleet: createFleetDesk({ ...parts, router, counters }),
    ready: isReady,
    drain: drain.run,
    attach(server) {
      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const path = pathOf(request);
        if (path === null) return refuseUnknown(server, socket);
        if (drain.isDraining()) return refuseUpgrade(socket, 503, drainingRefusal().body);
        void doors[path].upgrade(request, socket, head);
      };
      server.on('upgrade', onUpgrade);
      stops.push(() => server.off('upgrade', onUpgrade));
    },
    async close() {
      for (const stop of stops.splice(0)) stop();
      await endAll(router, drain);
      doors[BROWSER_LINK_PATH].close();
      router.stop();
    },
    get stats() {
      const { held, watched } = router;
      return { machines: held.size, browsers: watched.size, pendingRequests: watched.pendingRequests };
    },
  };
}

/** Builds the insides. Nothing runs yet. */
function assemble(settings: RelaySettings, parts: RelayParts) {
  const { keys, now, timers } = parts;
  const counters = createCounters();
  const router = new Router({ ...parts, counters, limits: settings.reader, periods: settings.periods });
  const desk = createStandingDesk(parts.standing, timers);
  const heartbeat = createHeartbeat({ ...settings, now });
  const rechecks = createRechecks({
    ...parts,
    counters,
    desk,
    links: () => router.held.links(),
    readers: () => router.watched.readers(),
  });
  const rates = createRates(settings, now);
  const shared = { ...parts, ...settings, counters, router, rechecks, rates };
  const machines = createMachineDoor({
    ...shared,
    heartbeat,
    admission: { desk, verify: (token) => verifyMachineToken(token, keys, new Date(now())) },
    windowBytes: settings.machineWindowBytes,
  });
  const browsers = createBrowserDoor({
    ...shared,
    admission: { desk, verify: (ticket) => verifyTicket(ticket, keys, new Date(now())) },
    rate: settings.browserRate,
    windowBytes: settings.browserWindowBytes,
  });
  const doors = { [MACHINE_LINK_PATH]: machines, [BROWSER_LINK_PATH]: browsers };
  return { counters, router, rechecks, heartbeat, doors };
}

/** A relay with an HTTP server of its own, which also answers `/health`, `/ready`, `/metrics` and `/internal/fleet`. */
export async function startRelay(
  settings: ListeningSettings,
  parts: RelayParts,
): Promise<Relay & { readonly port: number; readonly url: string }> {
  const relay = await createRelay(settings, parts);
  const server = createServer(handshakeLimits(settings), listener(relay, settings, parts));
  relay.attach(server);
  const port = await listen(server, settings);
  return {
    ...relay,
    get stats() {
      return relay.stats;
    },
    port,
    url: `http://${settings.host}:${port}`,
    async close() {
      await relay.close();
      await closeServer(server, 500);
    },
  };
}

/** Whoever connects has said what they want by then, or is cut. */
function handshakeLimits({ handshakeMs }: RelaySettings): ServerOptions {
  return {
    headersTimeout: handshakeMs,
    requestTimeout: handshakeMs,
    connectionsCheckingInterval: handshakeMs / 4,
  };
}

function listener(
  relay: Relay,
  { operatorSecret }: ListeningSettings,
  { metrics, log }: RelayParts,
): RequestListener {
  const health = createHealthHandler({ isReady: relay.ready, metrics });
  if (operatorSecret === null) return health;
  const fleet = createFleetDoor({ desk: relay.fleet, operatorSecret, log });
  return (request, response) => {
    if (!fleet(request, response)) health(request, response);
  };
}

/** The path of an upgrade, if it is one of ours. */
function pathOf({ url = '' }: IncomingMessage): typeof MACHINE_LINK_PATH | typeof BROWSER_LINK_PATH | null {
  const path = url.split('?', 1)[0]?.replace(/\/$/, '');
  if (path === MACHINE_LINK_PATH || path === BROWSER_LINK_PATH) return path;
  return null;
}

/** Another listener of a shared server may know the path; without one nobody would answer. */
function refuseUnknown(server: Server, socket: Duplex): void {
  if (server.listenerCount('upgrade') > 1) return;
  const message = `Sockets are opened at ${MACHINE_LINK_PATH} and ${BROWSER_LINK_PATH}.`;
  refuseUpgrade(socket, 404, { error: { code: 'not-found', message } });
}

async function endAll({ held, watched }: Router, drain: Drain): Promise<void> {
  for (const reader of watched.readers()) reader.close(CLOSE.draining, 'The relay stops.');
  for (const link of held.links()) link.close(CLOSE.draining);
  await drain.whenEmpty(2_500);
}
