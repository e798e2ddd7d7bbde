/** A Redis cluster on loopback: three servers that share the slots, and one behind each. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/stack.ts';
import { waitFor } from '../support/wait.ts';
import { askRedis } from './ask-redis.ts';
import { createRedisServer, plainArguments, type RedisServer } from './start-redis.ts';
import type { Store } from './store.ts';

const SHARES = 3;
const SLOTS = 16_384;
/** A server that is silent for this long is called dead by the others. */
const NODE_TIMEOUT_MS = 1_000;
const START_LIMIT_MS = 20_000;

export async function startCluster(directory: string): Promise<Store> {
  const servers = await Promise.all(
    Array.from({ length: 2 * SHARES }, (_, index) => createNode(join(directory, `redis-${index}`))),
  );
  await Promise.all(servers.map((server) => server.start()));
  await form(servers);
  const state: { paused: RedisServer | null } = { paused: null };
  const oneThatServes = async () => {
    for (const server of servers)
      if (server.isRunning() && (await askRedis(server.port, ['ROLE'])).includes('master')) return server;
    throw new Error('no server of the cluster serves');
  };

  return {
    kind: 'cluster',
    servers: servers.map(({ port }) => port),
    guides: [],
    killOne: async () => (await oneThatServes()).kill(),
    async killAll() {
      await Promise.all(servers.map((server) => server.kill()));
    },
    async startDead() {
      await Promise.all(servers.filter((server) => !server.isRunning()).map((server) => server.start()));
    },
    async pauseOne() {
      state.paused = await oneThatServes();
      state.paused.pause();
    },
    resume: () => state.paused?.resume(),
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

/** Its directory keeps who belongs to the cluster, so that it comes back as one of them. */
async function createNode(directory: string): Promise<RedisServer> {
  mkdirSync(directory, { recursive: true });
  const busPort = await freePort();
  return createRedisServer(directory, (port) => [
    ...plainArguments(port),
    ...settings({
      'cluster-enabled': 'yes',
      'cluster-port': busPort,
      'cluster-node-timeout': NODE_TIMEOUT_MS,
      'cluster-require-full-coverage': 'no',
      'repl-diskless-sync-delay': 0,
    }),
  ]);
}

function settings(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

async function form(servers: readonly RedisServer[]): Promise<void> {
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`);
  const [first] = servers;
  if (!first) throw new Error('expected servers');
  await askRedis(first.port, ['--cluster', 'create', ...hosts, '--cluster-replicas', '1', '--cluster-yes']);
  for (const { port } of servers)
    await waitFor(`the cluster to stand for ${port}`, START_LIMIT_MS, async () => {
      const info = (await askRedis(port, ['CLUSTER', 'INFO'])).join('\n');
      return info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${SLOTS}`);
    });
}
