/** A real load balancer on a free port, run with the configuration that docs/scaling.md prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from './clean-up.ts';
import { until } from './until.ts';

export interface BalancerKind {
  readonly name: 'nginx' | 'haproxy';
  readonly debianPackage: string;
  /** The whole configuration file around what the document prints. */
  readonly fileWith: (printed: string, directory: string) => string;
  readonly argumentsFor: (file: string, directory: string) => readonly string[];
}

export const NGINX: BalancerKind = {
  name: 'nginx',
  debianPackage: 'nginx-light',
  fileWith: (printed, directory) => {
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = places.map((place) => `${place}_temp_path ${join(directory, place)};`).join(' ');
    return `events {} http { access_log off; ${paths}\n${printed}\n}`;
  },
  // In the foreground and as one process, so that its end is the end of all of it.
  argumentsFor: (file, directory) => {
    const globals = `daemon off; master_process off; pid ${join(directory, 'pid')};`;
    return ['-c', file, '-p', directory, '-e', 'stderr', '-g', globals];
  },
};

export const HAPROXY: BalancerKind = {
  name: 'haproxy',
  debianPackage: 'haproxy',
  fileWith: (printed) => `${printed}\n`,
  argumentsFor: (file) => ['-db', '-f', file],
};

const SCALING = new URL('../../../../docs/scaling.md', import.meta.url);
/** Where Debian keeps servers; not on everybody's PATH. */
const SERVER_FOLDERS = '/usr/sbin:/usr/local/sbin';

/** Starts it in front of relays on these ports, as many as the document names. Resolves with its URL. */
export async function startBalancer(kind: BalancerKind, relayPorts: readonly number[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), `spectral-${kind.name}-`));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(directory, 'configuration');
  writeFileSync(file, kind.fileWith(filledIn(printedFor(kind), port, relayPorts), directory));
  await run(kind, kind.argumentsFor(file, directory), port);
  return `http://127.0.0.1:${port}`;
}

/** The code block of the document that is marked with the balancer's name. */
function printedFor({ name }: BalancerKind): string {
  const block = new RegExp(`\`\`\`${name}\n([^]*?)\`\`\``).exec(readFileSync(SCALING, 'utf8'))?.[1];
  if (block === undefined) throw new Error(`docs/scaling.md has no code block marked ${name}`);
  return block;
}

function filledIn(printed: string, port: number, relayPorts: readonly number[]): string {
  return printed
    .replace(/(listen |bind :)8080/, (_all, word: string) => `${word.replace(':', '')}127.0.0.1:${port}`)
    .replaceAll(/relay-(\d+):8081/g, (name, index: string) => {
      const relayPort = relayPorts[Number(index)];
      if (relayPort === undefined) throw new Error(`docs/scaling.md names ${name}; expected as many relays`);
      return `127.0.0.1:${relayPort}`;
    });
}

async function run(kind: BalancerKind, parameters: readonly string[], port: number): Promise<void> {
  const env = { PATH: `${process.env['PATH']}:${SERVER_FOLDERS}` };
  const child = spawn(kind.name, parameters, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const output: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.once('error', () => output.push(`not installed: apt-get install ${kind.debianPackage}`));
  const exit = once(child, 'exit').catch(() => {});
  afterTest(() => {
    child.kill('SIGKILL');
    return exit;
  });
  await until(`${kind.name} listens`, () => accepts(port)).catch((cause: unknown) => {
    throw new Error(`${kind.name} does not start: ${output.join('')}`, { cause });
  });
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
