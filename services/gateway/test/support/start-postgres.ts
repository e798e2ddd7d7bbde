/** A real Postgres of its own: a cluster in a temporary directory that listens on a socket in there and nowhere else. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface Postgres {
  /** Makes an empty database and resolves with its URL. */
  newDatabase(): Promise<string>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Starts one and resolves when it answers. Postgres refuses root, so as root it runs as the user `postgres`. */
export async function startPostgres(): Promise<Postgres> {
  const programs = programDirectory();
  const user = process.getuid?.() === 0 ? postgresUser() : null;
  const directory = mkdtempSync(join(tmpdir(), 'spectral-pg-'));
  if (user) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(join(programs, 'initdb'), initdb, { stdio: 'pipe', cwd: directory, ...user });
  const settings = [
    '-D',
    data,
    '-k',
    directory,
    '-c',
    'listen_addresses=',
    '-c',
    'fsync=off',
    '-c',
    'max_connections=60',
  ];
  const server = spawn(join(programs, 'postgres'), settings, { stdio: 'ignore', cwd: directory, ...user });
  const kill = () => killed(server, 'SIGKILL');

  const urlOf = (name: string) => `postgres://postgres@${encodeURIComponent(directory)}/${name}`;
  await answering(urlOf('postgres'), server);
  const made = { count: 0 };
  return {
    kill,
    async newDatabase() {
      const name = `test_${(made.count += 1)}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    async stop() {
      await killed(server, 'SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Debian keeps the server's programs out of PATH, one folder per version; the newest is taken. */
function programDirectory(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
  if (!found) throw new Error('these tests need a Postgres server: apt-get install postgresql');
  return found;
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await query(url, 'select 1');
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

async function killed(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill(signal);
  await exit;
}
