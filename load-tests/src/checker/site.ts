/** Everything a run needs: Redis, gateway, relays, scripted machines and readers, each a process, all on loopback. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { signIn } from '../support/person.ts';
import { startProcess, type RunningProcess } from '../support/processes.ts';
import { freePort, restartable, type Restartable } from '../support/stack.ts';
import { seeded } from '../support/statistics.ts';
import { startRelays, type Relay } from './relay-fleet.ts';
import type { ReaderSabotage } from './sabotage.ts';
import { startScriptedMachine, type ScriptedMachine } from './scripted-machine.ts';
import { startReaders, type RunningReader } from './start-readers.ts';
import { startStore } from './start-store.ts';
import { openStoreDoor } from './store-door.ts';
import { storeUrl, type Store, type StoreKind } from './store.ts';

export interface SiteOptions {
  readonly directory: string;
  readonly seed: number;
  readonly relays: number;
  readonly machines: number;
  readonly sessionsPerMachine: number;
  readonly readers: number;
  readonly redis: StoreKind;
  /** Of the first readers, one each; the others are honest. */
  readonly readerSabotages: readonly ReaderSabotage[];
  /** Of each relay, as NODE_OPTIONS has them; empty for none. */
  readonly relayNodeOptions: string;
}

export interface Site {
  readonly store: Store;
  readonly gateway: Restartable;
  readonly relays: readonly Relay[];
  readonly machines: readonly ScriptedMachine[];
  readonly readers: readonly RunningReader[];
  stop(): Promise<void>;
}

const SERVICE_SECRET = 'a-service-secret-of-a-measurement';

/** Resolves when every machine is connected and every reader runs. What was started is stopped when something fails. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of started.splice(0).toReversed()) await each();
  };
  try {
    return { ...(await startParts(options, started)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: SiteOptions,
  started: (() => Promise<unknown>)[],
): Promise<Omit<Site, 'stop'>> {
  const outputFile = outputFilesIn(options.directory);
  const store = await startStore(options.redis, options.directory);
  started.push(() => store.stop());
  const first = await startGateway(options.directory, storeUrl(store.kind, store), outputFile('gateway'));
  started.push(() => first.gateway.stop());
  const { gateway, gatewayUrl, teamKey, loginLink } = first;
  const random = seeded(options.seed);
  const relays = await startRelays(options.relays, {
    gatewayUrl,
    serviceSecret: SERVICE_SECRET,
    nodeOptions: options.relayNodeOptions,
    openDoor: async () => {
      const door = await openStoreDoor(store, random);
      started.push(() => door.close());
      return door;
    },
    outputFile,
  });
  started.push(() => Promise.all(relays.map((relay) => relay.kill())));
  const relayPorts = balancer(relays, seeded(options.seed));
  const machines = await Promise.all(
    numbered(options.machines, 'machine').map((name) =>
      startScriptedMachine({
        name,
        directory: join(options.directory, name),
        gatewayUrl,
        teamKey,
        relayPorts,
        sessions: options.sessionsPerMachine,
        outputFile: outputFile(name),
      }),
    ),
  );
  started.push(() => Promise.all(machines.map((machine) => machine.stop())));
  const person = await signIn(gatewayUrl, loginLink);
  const readers = await startReaders({
    names: numbered(options.readers, 'reader'),
    sabotages: options.readerSabotages,
    directory: options.directory,
    seed: options.seed,
    person,
    gatewayUrl,
    machines,
    relayPorts,
    outputFile,
  });
  started.push(() => Promise.all(readers.map((reader) => reader.stop())));
  return { store, gateway, relays, machines, readers };
}

function numbered(count: number, what: string): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`);
}

function outputFilesIn(directory: string): (name: string) => string {
  mkdirSync(join(directory, 'output'));
  return (name) => join(directory, 'output', `${name}.log`);
}

/** Its first start makes a team; later ones find it again. */
async function startGateway(directory: string, redisUrl: string, outputFile: string) {
  const port = String(await freePort());
  const first: { ready: RunningProcess['ready'] } = { ready: {} };
  const gateway = restartable(async () => {
    const running = await startProcess({
      name: 'gateway',
      outputFile,
      script: 'services/gateway/src/main.ts',
      env: {
        SPECTRAL_HOST: '127.0.0.1',
        SPECTRAL_PORT: port,
        SPECTRAL_DATA_DIR: join(directory, 'gateway'),
        SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
        SPECTRAL_DEMO: 'on',
        REDIS_URL: redisUrl,
      },
    });
    first.ready = { ...running.ready, ...first.ready };
    return running;
  });
  await gateway.start();
  const { url, teamKey, loginLink } = first.ready;
  return { gateway, gatewayUrl: String(url), teamKey: String(teamKey), loginLink: String(loginLink) };
}

/** A load balancer without affinity: any relay that takes connections, then the others. */
function balancer(relays: readonly Relay[], random: () => number): () => readonly number[] {
  return () => {
    const ready = relays.filter(({ isTaking }) => isTaking);
    const from = Math.floor(random() * ready.length);
    return [...ready.slice(from), ...ready.slice(0, from)].map(({ port }) => port);
  };
}
