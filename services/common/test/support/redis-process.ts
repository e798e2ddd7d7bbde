/** One redis-server process on loopback, with its files in a directory that goes with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisProcess {
  readonly port: number;
  readonly directory: string;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port; without its data, since it saves none. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Where a server may listen, and where its files may be. */
export interface RedisPlace {
  readonly port: number;
  readonly directory: string;
}

const SAVE_NOTHING = ['--save', '', '--appendonly', 'no'];

/** Starts one with these further arguments and resolves when it answers. A Sentinel's first argument is its file. */
export async function startRedisProcess(
  argumentsAt: (place: RedisPlace) => readonly string[] = ({ port }) => [
    '--port',
    `${port}`,
    ...SAVE_NOTHING,
  ],
): Promise<RedisProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-redis-'));
  const port = await freePort();
  const parameters = () => [...argumentsAt({ port, directory }), '--bind', '127.0.0.1', '--dir', directory];
  const running: { child: ChildProcess } = { child: await launch(parameters()) };
  const kill = async () => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    port,
    directory,
    kill,
    async restart() {
      await kill();
      running.child = await launch(parameters());
    },
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The arguments of a plain server on this port, before further ones. */
export function plainArguments({ port }: RedisPlace): string[] {
  return ['--port', `${port}`, ...SAVE_NOTHING];
}

async function launch(parameters: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
  const output: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('redis-server is not installed: apt-get install redis-server', { cause })),
    );
    child.once('exit', () => reject(new Error(`redis-server ended at once: ${output.join('')}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk.toString());
      if (/Ready to accept connections|Sentinel ID is/.test(output.join(''))) resolve();
    });
  });
  return child;
}

/** Below 50000, so that a cluster's second port, 10000 above, exists. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (port < 50_000) return port;
  }
}
