/**
 * A whole installation with a fleet, each part a process: Redis, gateway, relay, a Kubernetes control plane, the
 * operator under its own rights, and machines as pods on one scripted node.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRedisServer } from '../../../../../load-tests/src/checker/start-redis.ts';
import { signIn, type Person } from '../../../../../load-tests/src/support/person.ts';
import { startProcess, type RunningProcess } from '../../../../../load-tests/src/support/processes.ts';
import { freePort } from '../../../../../load-tests/src/support/stack.ts';
import { renderedDefinitions } from '../../crds/definitions.ts';
import { openDoor, type ApiServerDoor } from '../../support/api-server-door.ts';
import { startApiServer, type ApiServer } from '../../support/api-server.ts';
import { startDisks } from '../../support/scripted-disks.ts';
import { startKubelet, type PodPlayer, type ScriptedKubelet } from '../../support/scripted-kubelet.ts';
import { startNode, type ScriptedNode } from '../../support/scripted-node.ts';
import type { ChildProgram } from '../../support/child-program.ts';
import { installOperator, type OperatorLauncher } from './operator-process.ts';
import { servePods } from './serve-pods.ts';

const SERVICE_SECRET = 'a-service-secret-of-a-test';
const OPERATOR_SECRET = 'an-operator-secret-of-a-test';

export interface FleetSite {
  readonly server: ApiServer;
  /** Between the operator and the API server. */
  readonly door: ApiServerDoor;
  readonly node: ScriptedNode;
  readonly kubelet: ScriptedKubelet;
  readonly gatewayUrl: string;
  readonly relayUrl: string;
  /** Someone of the one team there is. */
  readonly person: Person;
  readonly teamId: string;
  readonly operator: {
    readonly healthUrl: string;
    /** Process id of the one that runs. */
    pid(): number;
    start(options?: { readonly awaitReady?: boolean }): Promise<void>;
    stop(signal?: NodeJS.Signals): Promise<void>;
    log(): string;
  };
  stopRelay(): Promise<void>;
  startRelay(): Promise<void>;
  /** Asks the gateway or the relay as the operator does. */
  askAsOperator(url: string, method: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

export interface SiteSettings {
  /** What pods do; default: the real `spectral serve`. */
  readonly player?: PodPlayer;
}

/** Everything is up, the operator included. What was started is stopped when something fails. */
export async function startFleetSite(settings: SiteSettings = {}): Promise<FleetSite> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await startParts(ends, settings)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  ends: (() => Promise<unknown>)[],
  settings: SiteSettings,
): Promise<Omit<FleetSite, 'stop'>> {
  const server = await startApiServer({ definitions: await renderedDefinitions() });
  ends.push(() => server.stop());
  const door = await openDoor(server);
  ends.push(() => door.close());
  const home = await startHome(server.folder, ends);
  const cluster = await startMachines(server, settings, ends);
  const launcher = await installOperator(
    {
      server,
      apiUrl: door.url,
      gatewayUrl: home.gatewayUrl,
      relayUrl: home.relayUrl,
      secret: OPERATOR_SECRET,
    },
    await freePort(),
  );
  const operator = restartableOperator(launcher, server.folder);
  ends.push(() => operator.stop());
  await operator.start();
  return { server, door, ...home, ...cluster, operator, askAsOperator };
}

/** Gateway and relay, with a Redis between them. */
async function startHome(folder: string, ends: (() => Promise<unknown>)[]) {
  const redis = await createRedisServer(folder);
  await redis.start();
  ends.push(() => redis.kill());
  const relayPort = await freePort();
  const relayUrl = `http://127.0.0.1:${relayPort}`;
  const shared = {
    SPECTRAL_HOST: '127.0.0.1',
    SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
    SPECTRAL_OPERATOR_SECRET: OPERATOR_SECRET,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  };
  const gateway = await startProcess({
    name: 'gateway',
    script: 'services/gateway/src/main.ts',
    outputFile: join(folder, 'logs', 'gateway.log'),
    env: {
      ...shared,
      SPECTRAL_PORT: String(await freePort()),
      SPECTRAL_DATA_DIR: join(folder, 'gateway'),
      SPECTRAL_RELAY_PUBLIC_URL: relayUrl,
      SPECTRAL_DEMO: 'on',
    },
  });
  ends.push(() => gateway.stop());
  const gatewayUrl = String(gateway.ready['url']);
  const running: { relay: RunningProcess | null } = { relay: null };
  const startRelay = async () => {
    running.relay = await startProcess({
      name: 'relay',
      script: 'services/relay/src/main.ts',
      outputFile: join(folder, 'logs', 'relay.log'),
      env: {
        ...shared,
        SPECTRAL_PORT: String(relayPort),
        SPECTRAL_GATEWAY_URL: gatewayUrl,
        SPECTRAL_ALLOWED_ORIGINS: '*',
      },
    });
  };
  const stopRelay = async () => {
    await running.relay?.stop();
    running.relay = null;
  };
  await startRelay();
  ends.push(stopRelay);
  const person = await signIn(gatewayUrl, String(gateway.ready['loginLink']));
  const [team] = await person.gateway.teams();
  return { gatewayUrl, relayUrl, person, teamId: team?.id ?? '', startRelay, stopRelay };
}

async function startMachines(
  server: ApiServer,
  { player }: SiteSettings,
  ends: (() => Promise<unknown>)[],
): Promise<{ node: ScriptedNode; kubelet: ScriptedKubelet }> {
  const { admin, folder } = server;
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const disks = await startDisks(admin, join(folder, 'd'));
  ends.push(() => disks.stop());
  const node = await startNode(admin, 'node-1');
  ends.push(async () => node.close());
  const kubelet = startKubelet(admin, node.name, player ?? servePods({ admin, disks, folder }));
  ends.push(() => kubelet.stop());
  return { node, kubelet };
}

function restartableOperator(launcher: OperatorLauncher, folder: string): FleetSite['operator'] {
  const running: { now: ChildProgram | null } = { now: null };
  return {
    healthUrl: launcher.healthUrl,
    pid: () => running.now?.pid ?? 0,
    async start(options) {
      running.now = await launcher.start(options);
    },
    async stop(signal) {
      await running.now?.stop(signal);
      running.now = null;
    },
    log: () => readFileSync(join(folder, 'logs', 'operator.log'), 'utf8'),
  };
}

function askAsOperator(url: string, method: string, body?: unknown): Promise<Response> {
  return fetch(url, {
    method,
    headers: { authorization: `Bearer ${OPERATOR_SECRET}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
