/** Whole installations of Spectral as processes on loopback, each with a directory of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY, startProcess, type RunningProcess } from './processes.ts';
import { waitFor } from './wait.ts';

export interface Stack {
  readonly url: string;
  readonly loginLink: string;
  /** A directory for projects, removed at the end. */
  readonly workspace: string;
  /** Process id of the `spectral serve`. */
  readonly machinePid: number;
  stop(): Promise<void>;
}

/** `npm start` without a terminal: one process and its local machine. */
export async function startStandalone(
  env: Record<string, string> = {},
): Promise<Stack & { readonly service: RunningProcess }> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-measure-'));
  const service = await startProcess({
    name: 'standalone',
    script: 'services/standalone/src/main.ts',
    env: {
      SPECTRAL_PORT: '0',
      SPECTRAL_DATA_DIR: join(directory, 'data'),
      SPECTRAL_MACHINE_NAME: 'measured',
      ...env,
    },
  });
  const { url, loginLink, machinePid } = service.ready;
  return {
    service,
    url: String(url),
    loginLink: String(loginLink),
    machinePid: Number(machinePid),
    workspace: mkdtempSync(join(directory, 'work-')),
    async stop() {
      await service.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface SplitStack extends Stack {
  killRelay(): Promise<void>;
  /** Starts the relay again on its old port. */
  restartRelay(): Promise<void>;
  killMachine(): Promise<void>;
  restartMachine(): Promise<void>;
}

/** Gateway, relay and machine as processes of their own, with a real Redis between gateway and relay. */
export async function startSplitStack(): Promise<SplitStack> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-measure-'));
  const redis = await startRedis(directory);
  const relayPort = await freePort();
  const secret = 'a-service-secret-of-a-measurement';
  const relayUrl = `http://127.0.0.1:${relayPort}`;
  const gateway = await startProcess({
    name: 'gateway',
    script: 'services/gateway/src/main.ts',
    env: {
      SPECTRAL_HOST: '127.0.0.1',
      SPECTRAL_PORT: String(await freePort()),
      SPECTRAL_DATA_DIR: join(directory, 'gateway'),
      SPECTRAL_SERVICE_SECRET: secret,
      SPECTRAL_RELAY_PUBLIC_URL: relayUrl,
      SPECTRAL_DEMO: 'on',
      REDIS_URL: redis.url,
    },
  });
  const url = String(gateway.ready['url']);
  const relay = restartable(() =>
    startProcess({
      name: 'relay',
      script: 'services/relay/src/main.ts',
      env: {
        SPECTRAL_HOST: '127.0.0.1',
        SPECTRAL_PORT: String(relayPort),
        SPECTRAL_GATEWAY_URL: url,
        SPECTRAL_SERVICE_SECRET: secret,
        SPECTRAL_ALLOWED_ORIGINS: '*',
        // There is no other relay to move to.
        SPECTRAL_DRAIN_SPREAD_MS: '0',
        REDIS_URL: redis.url,
      },
    }),
  );
  await relay.start();
  const machineEnv = {
    SPECTRAL_CONFIG_DIR: join(directory, 'machine'),
    SPECTRAL_MCP_URL: `${url}/mcp`,
    SPECTRAL_BACKEND_URL: url,
  };
  await logIn(machineEnv, String(gateway.ready['teamKey']));
  const machine = restartable(() =>
    startProcess({
      name: 'machine',
      script: 'agent/bin/spectral.mjs',
      args: ['serve', '--machine-name', 'measured'],
      env: machineEnv,
    }),
  );
  await machine.start();
  return {
    url,
    loginLink: String(gateway.ready['loginLink']),
    workspace: mkdtempSync(join(directory, 'work-')),
    get machinePid() {
      return machine.pid();
    },
    killRelay: relay.kill,
    restartRelay: relay.start,
    killMachine: machine.kill,
    restartMachine: machine.start,
    async stop() {
      await Promise.all([machine.stop(), relay.stop(), gateway.stop()]);
      await redis.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A process that is started and ended again and again. */
export function restartable(begin: () => Promise<RunningProcess>) {
  const running: { now: RunningProcess | null } = { now: null };
  const end = async (signal: NodeJS.Signals) => {
    await running.now?.stop(signal);
    running.now = null;
  };
  return {
    start: async () => void (running.now = await begin()),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    /** Process id; 0 while it does not run. */
    pid: () => running.now?.pid ?? 0,
    /** What the present one wrote so far. */
    output: () => running.now?.output() ?? '',
    tell: (message: Readonly<Record<string, unknown>>) => running.now?.tell(message),
  };
}

export type Restartable = ReturnType<typeof restartable>;

/** Logs the `spectral` command in with a team key, given over standard input. */
export async function logIn(env: Record<string, string>, teamKey: string): Promise<void> {
  const child = spawn(process.execPath, [`${REPOSITORY}agent/bin/spectral.mjs`, 'login', '--api-key', '-'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: env['SPECTRAL_CONFIG_DIR'] ?? '', ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(`${teamKey}\n`);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`spectral login ended with ${String(code)}`);
}

async function startRedis(directory: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitFor('Redis to accept connections', 10_000, () => said.includes('Ready to accept connections'));
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A port of loopback that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
