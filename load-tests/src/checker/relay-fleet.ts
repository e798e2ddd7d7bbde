/** Relay processes on fixed ports, each of which can be killed, frozen, drained and started again. */
import { freePort, restartable } from '../support/stack.ts';
import { startProcess } from '../support/processes.ts';
import type { StoreDoor } from './store-door.ts';

export interface Relay {
  readonly name: string;
  readonly port: number;
  /** Its way to Redis. */
  readonly door: StoreDoor;
  /** Process id; 0 while it does not run. */
  pid(): number;
  /** Milliseconds since 1970 of its last start. */
  readonly startedAt: number;
  /** Whether a load balancer would send it new connections. */
  readonly isTaking: boolean;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM: drains and exits. */
  drain(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface RelaySettings {
  readonly gatewayUrl: string;
  readonly serviceSecret: string;
  /** As NODE_OPTIONS has them; empty for none. */
  readonly nodeOptions: string;
  readonly openDoor: () => Promise<StoreDoor>;
  /** Where each writes its log, by its name. */
  readonly outputFile: (name: string) => string;
}

/** Over how long peers move at a drain. */
const DRAIN_SPREAD_MS = 1_500;
/** Small, so that a slow reader comes to feel it within a short run. */
const BROWSER_WINDOW_BYTES = 65_536;

export async function startRelays(count: number, settings: RelaySettings): Promise<Relay[]> {
  const relays: Relay[] = [];
  for (let index = 0; index < count; index++)
    relays.push(relayOn(`relay-${index}`, await freePort(), await settings.openDoor(), settings));
  await Promise.all(relays.map((relay) => relay.start()));
  return relays;
}

function relayOn(name: string, port: number, door: StoreDoor, settings: RelaySettings): Relay {
  const state = { isTaking: false, startedAt: 0 };
  const process_ = restartable(() =>
    startProcess({ ...command(port, door, settings), name, outputFile: settings.outputFile(name) }),
  );
  const signal = (which: NodeJS.Signals) => {
    if (process_.pid() > 0) process.kill(process_.pid(), which);
  };
  return {
    name,
    port,
    door,
    pid: process_.pid,
    get startedAt() {
      return state.startedAt;
    },
    get isTaking() {
      return state.isTaking;
    },
    async start() {
      await process_.start();
      state.startedAt = Date.now();
      state.isTaking = true;
    },
    async kill() {
      state.isTaking = false;
      await process_.kill();
    },
    async drain() {
      state.isTaking = false;
      await process_.stop();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

function command(port: number, door: StoreDoor, { gatewayUrl, serviceSecret, nodeOptions }: RelaySettings) {
  return {
    script: 'services/relay/src/main.ts',
    env: {
      SPECTRAL_HOST: '127.0.0.1',
      SPECTRAL_PORT: String(port),
      SPECTRAL_GATEWAY_URL: gatewayUrl,
      SPECTRAL_SERVICE_SECRET: serviceSecret,
      SPECTRAL_ALLOWED_ORIGINS: '*',
      SPECTRAL_DRAIN_SPREAD_MS: String(DRAIN_SPREAD_MS),
      SPECTRAL_BROWSER_WINDOW_BYTES: String(BROWSER_WINDOW_BYTES),
      REDIS_URL: door.url,
      ...(nodeOptions ? { NODE_OPTIONS: nodeOptions } : {}),
    },
  };
}
