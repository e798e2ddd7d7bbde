/** Gateway, relay and page on one port of one process, with embedded parts, and this machine beside them. */
import { openSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { randomBytes } from 'node:crypto';
import {
  closeServer,
  createLogger,
  createMemoryAnnouncements,
  createMemoryPresence,
  listen,
  type Announcements,
  type Env,
  type Logger,
  type Presence,
} from '@spectral/common';
import {
  createGateway,
  openGatewayParts,
  readGatewayConfig,
  type Gateway,
  type GatewayConfig,
} from '@spectral/gateway';
import { createMemoryBusHub, createRelay, DEFAULT_SETTINGS, systemTimers } from '@spectral/relay';
import { gatewayEnv, type StandaloneConfig } from './config.ts';
import { openDataDirectory, type DataDirectory } from './data-directory.ts';
import { LocalMachineFailed, startLocalMachine, type LocalMachine } from './local-machine.ts';
import type { Progress } from './progress.ts';

export interface Standalone {
  readonly url: string;
  /** Signs the owner in, once. */
  readonly loginLink: string;
  /** Process id of the local `spectral serve`; null when it is switched off. */
  readonly machinePid: number | null;
  readonly demo: boolean;
  /** Resolves with a sentence when something that must run has ended by itself. */
  readonly broken: Promise<string>;
  /** Stops everything, in order. Idempotent. */
  stop(): Promise<void>;
}

/** What runs by now, newest first: stopping undoes it in that order, also when the start fails half-way. */
type Undo = (() => Promise<void> | void)[];

const POD = 'standalone';
const MACHINE_STOP_MS = 5_500;
const ONLINE_LIMIT_MS = 30_000;

/** Throws ListenFailed, DataDirectoryUnusable, ConfigError or LocalMachineFailed, with everything stopped again. */
export async function startStandalone(
  config: StandaloneConfig,
  env: Env,
  progress: Progress,
): Promise<Standalone> {
  const undo: Undo = [];
  const stop = once(async () => {
    for (const step of undo) await step();
  });
  try {
    return await start({ config, env, progress, undo, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting {
  readonly config: StandaloneConfig;
  readonly env: Env;
  readonly progress: Progress;
  readonly undo: Undo;
  readonly stop: () => Promise<void>;
}

async function start({ config, env, progress, undo, stop }: Starting): Promise<Standalone> {
  const data = openDataDirectory(config.dataDirectory);
  undo.unshift(() => data.release());
  const log = createLogger({
    service: POD,
    level: config.logLevel,
    destination: openSync(data.log, 'a', 0o600),
  });

  // The port first: when it is taken, nothing has been written yet.
  const serving: { listener: RequestListener } = {
    listener: (_request, response) => void response.writeHead(503).end(),
  };
  const server = createServer((request, response) => serving.listener(request, response));
  const port = await listen(server, config);
  undo.unshift(() => closeServer(server, 500));
  const gatewayConfig = readGatewayConfig(
    gatewayEnv(env, config, { port, serviceSecret: randomBytes(24).toString('hex') }),
  );

  const shared = {
    announcements: createMemoryAnnouncements(),
    presence: createMemoryPresence({ now: Date.now }),
  };
  const gateway = await startGatewayPart(gatewayConfig, log, shared, undo);
  serving.listener = gateway.app;
  progress.done('Database and gateway', config.dataDirectory);
  await startRelayPart(server, gateway, log, shared, undo);
  undo.unshift(() => gateway.startDraining());
  const url = gatewayConfig.publicUrl;
  progress.done('Relay and page', url);

  const machine = config.localMachine
    ? await startMachine({ config, env, progress, undo, url, data, gateway, shared })
    : null;
  return {
    url,
    loginLink: gateway.firstRun?.loginLink ?? (await gateway.mintOwnerLink()),
    machinePid: machine?.pid ?? null,
    demo: gatewayConfig.providers.anthropic.apiKey === null && gatewayConfig.providers.openai.apiKey === null,
    broken: machine ? machine.ended.then((how) => `this machine stopped: ${how}`) : new Promise(() => {}),
    stop,
  };
}

interface Shared {
  readonly announcements: Announcements;
  readonly presence: Presence;
}

async function startGatewayPart(
  config: GatewayConfig,
  log: Logger,
  shared: Shared,
  undo: Undo,
): Promise<Gateway> {
  const opened = await openGatewayParts(config, log.child({ part: 'gateway' }), shared);
  undo.unshift(() => opened.close());
  const gateway = await createGateway(config, opened.parts);
  undo.unshift(() => gateway.close());
  return gateway;
}

async function startRelayPart(
  server: Server,
  gateway: Gateway,
  log: Logger,
  shared: Shared,
  undo: Undo,
): Promise<void> {
  const relay = await createRelay(DEFAULT_SETTINGS, {
    ...shared,
    bus: createMemoryBusHub().connect(POD),
    standing: (question) => gateway.standing(question),
    keys: gateway.tokenKeys,
    metrics: gateway.metrics,
    log: log.child({ part: 'relay' }),
    now: Date.now,
    timers: systemTimers(),
  });
  undo.unshift(() => relay.close());
  relay.attach(server);
}

interface MachineStart extends Omit<Starting, 'stop'> {
  readonly url: string;
  readonly data: DataDirectory;
  readonly gateway: Gateway;
  readonly shared: Shared;
}

async function startMachine({
  config,
  env,
  progress,
  undo,
  url,
  data,
  gateway,
  shared,
}: MachineStart): Promise<LocalMachine> {
  const online = firstOnline(shared.announcements);
  const machine = await startLocalMachine({
    gatewayUrl: url,
    name: config.machineName,
    configDirectory: data.machine,
    logFile: data.machineLog,
    env,
    createTeamKey: async () => gateway.firstRun?.teamKey ?? (await gateway.mintOwnerKey('This machine')),
  });
  undo.unshift(() => machine.stop(MACHINE_STOP_MS));
  const how = await Promise.race([
    online.then(() => 'online' as const),
    machine.ended,
    late(ONLINE_LIMIT_MS),
  ]);
  if (how === 'online') progress.done('This machine is online', config.machineName);
  else if (how === 'late') progress.note(`This machine is not online yet; ${data.machineLog} has its words.`);
  else throw new LocalMachineFailed(`this machine did not start: ${how}`);
  return machine;
}

function firstOnline(announcements: Announcements): Promise<void> {
  return new Promise((resolve) => {
    const stop = announcements.subscribe((announcement) => {
      if (announcement.type !== 'presence' || !announcement.online) return;
      stop();
      resolve();
    });
  });
}

function late(limitMs: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), limitMs).unref());
}

function once(run: () => Promise<void>): () => Promise<void> {
  const ran: { result?: Promise<void> } = {};
  return () => (ran.result ??= run());
}
