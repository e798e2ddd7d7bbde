/** Everything a run needs: Redis, gateway, relays, scripted machines and readers, each a process, all on loopback. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { signIn, type Person } from '../support/person.ts';
import { startProcess, type RunningProcess } from '../support/processes.ts';
import { freePort } from '../support/stack.ts';
import { seeded } from '../support/statistics.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { followHistory, type HistoryFile } from './history-files.ts';
import { startLossyRedis, type LossyRedis } from './lossy-redis.ts';
import type { ReaderOrder } from './reader-order.ts';
import { startRedisServer, type RedisServer } from './start-redis.ts';
import { startRelays, type Relay } from './relay-fleet.ts';
import type { Sabotage } from './sabotage.ts';
import { startScriptedMachine, type ScriptedMachine } from './scripted-machine.ts';

export interface SiteOptions {
  readonly directory: string;
  readonly seed: number;
  readonly relays: number;
  readonly machines: number;
  readonly sessionsPerMachine: number;
  readonly readers: number;
  /** Of the first readers, one each; the others are honest. */
  readonly sabotages: readonly Sabotage[];
}

export interface RunningReader {
  readonly name: string;
  readonly machine: ScriptedMachine;
  readonly process: RunningProcess;
  readonly network: FaultProxy;
  readonly history: HistoryFile;
}

export interface Site {
  readonly redis: RedisServer;
  /** Between the relays and Redis. */
  readonly pubSub: LossyRedis;
  readonly gateway: RunningProcess;
  readonly relays: readonly Relay[];
  readonly machines: readonly ScriptedMachine[];
  readonly readers: readonly RunningReader[];
  stop(): Promise<void>;
}

const READER = 'load-tests/src/checker/reader-process.ts';
const TRUSTING_READER = 'load-tests/src/checker/trusting-reader-process.ts';
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
  const redis = await startRedisServer(options.directory);
  started.push(() => redis.kill());
  const pubSub = await startLossyRedis(redis.url, seeded(options.seed));
  started.push(() => pubSub.close());
  const gateway = await startGateway(options.directory, redis.url, outputFile('gateway'));
  started.push(() => gateway.stop());
  const gatewayUrl = String(gateway.ready['url']);
  const relays = await startRelays(options.relays, {
    gatewayUrl,
    serviceSecret: SERVICE_SECRET,
    redisUrl: pubSub.url,
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
        teamKey: String(gateway.ready['teamKey']),
        relayPorts,
        sessions: options.sessionsPerMachine,
        outputFile: outputFile(name),
      }),
    ),
  );
  started.push(() => Promise.all(machines.map((machine) => machine.stop())));
  const person = await signIn(gatewayUrl, String(gateway.ready['loginLink']));
  const readers = await startReaders(options, { person, gatewayUrl, machines, relayPorts, outputFile });
  started.push(() => Promise.all(readers.map(stopReader)));
  return { redis, pubSub, gateway, relays, machines, readers };
}

function numbered(count: number, what: string): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`);
}

function outputFilesIn(directory: string): (name: string) => string {
  mkdirSync(join(directory, 'output'));
  return (name) => join(directory, 'output', `${name}.log`);
}

async function startGateway(
  directory: string,
  redisUrl: string,
  outputFile: string,
): Promise<RunningProcess> {
  return startProcess({
    name: 'gateway',
    outputFile,
    script: 'services/gateway/src/main.ts',
    env: {
      SPECTRAL_HOST: '127.0.0.1',
      SPECTRAL_PORT: String(await freePort()),
      SPECTRAL_DATA_DIR: join(directory, 'gateway'),
      SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
      SPECTRAL_DEMO: 'on',
      REDIS_URL: redisUrl,
    },
  });
}

/** A load balancer without affinity: any relay that takes connections, then the others. */
function balancer(relays: readonly Relay[], random: () => number): () => readonly number[] {
  return () => {
    const ready = relays.filter(({ isTaking }) => isTaking);
    const from = Math.floor(random() * ready.length);
    return [...ready.slice(from), ...ready.slice(0, from)].map(({ port }) => port);
  };
}

interface ReaderSettings {
  readonly person: Person;
  readonly gatewayUrl: string;
  readonly machines: readonly ScriptedMachine[];
  readonly relayPorts: () => readonly number[];
  readonly outputFile: (name: string) => string;
}

/** Reader n follows machine n modulo the number of machines. */
async function startReaders(
  options: SiteOptions,
  { person, gatewayUrl, machines, relayPorts, outputFile }: ReaderSettings,
): Promise<RunningReader[]> {
  const online = await person.gateway.machines();
  const files = join(options.directory, 'histories');
  mkdirSync(files, { recursive: true });
  return Promise.all(
    numbered(options.readers, 'reader').map(async (name, index) => {
      const machine = machines[index % machines.length];
      const machineId = online.find((each) => each.name === machine?.name)?.id;
      if (!machine || !machineId)
        throw new Error(`${name}: expected the gateway to list ${machine?.name ?? 'a machine'}`);
      const network = await startFaultProxy(relayPorts);
      const order: ReaderOrder = {
        name,
        gatewayUrl,
        cookie: person.cookie,
        machineId,
        relayUrl: `http://${network.host}`,
        sessions: machine.sessions,
        file: join(files, `${name}.ndjson`),
        seed: options.seed * 1_000 + index,
        sabotage: options.sabotages[index] ?? null,
      };
      const script = order.sabotage === 'trust-the-network' ? TRUSTING_READER : READER;
      const process = await startProcess({
        name,
        script,
        args: [JSON.stringify(order)],
        outputFile: outputFile(name),
      });
      return { name, machine, network, process, history: followHistory(order.file) };
    }),
  );
}

async function stopReader({ process, network }: RunningReader): Promise<void> {
  await process.stop();
  await network.close();
}
