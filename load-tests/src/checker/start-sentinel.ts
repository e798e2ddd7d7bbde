/** Two Redis servers, of which one follows the other, and a Sentinel that alone decides which one serves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../support/wait.ts';
import { askRedis } from './ask-redis.ts';
import { createRedisServer, plainArguments, type RedisServer } from './start-redis.ts';
import { MASTER_NAME, type Store } from './store.ts';

/** A Sentinel calls a server dead after this silence. */
const DOWN_AFTER_MS = 1_000;
const FAIL_OVER_LIMIT_MS = 3_000;
const START_LIMIT_MS = 15_000;

export async function startSentinel(directory: string): Promise<Store> {
  const servers = await Promise.all([0, 1].map(() => createRedisServer(directory, dataArguments)));
  const [first, second] = servers;
  if (!first || !second) throw new Error('expected two servers');
  await first.start();
  await second.start(behind(first.port));
  await waitUntilItSays(second.port, ['INFO', 'replication'], /master_link_status:up/);
  const sentinel = await createRedisServer(directory, (port) => [
    sentinelFile(directory, port, first.port),
    '--sentinel',
  ]);
  await sentinel.start();
  await waitUntilItSays(sentinel.port, ['INFO', 'sentinel'], /slaves=1/);
  const serving = async () => {
    const [, port] = await askRedis(sentinel.port, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME]);
    return servers.find((server) => `${server.port}` === port) ?? first;
  };

  return {
    kind: 'sentinel',
    servers: servers.map(({ port }) => port),
    guides: [sentinel.port],
    killOne: async () => (await serving()).kill(),
    async killAll() {
      await Promise.all(servers.map((server) => server.kill()));
    },
    startDead: async () => startBehind(await serving(), servers),
    pauseOne: async () => (await serving()).pause(),
    resume() {
      for (const server of servers) server.resume();
    },
    async stop() {
      await Promise.all([sentinel, ...servers].map((server) => server.kill()));
    },
  };
}

async function startBehind(serving: RedisServer, servers: readonly RedisServer[]): Promise<void> {
  if (!serving.isRunning()) await serving.start();
  const dead = servers.filter((server) => !server.isRunning());
  await Promise.all(dead.map((server) => server.start(behind(serving.port))));
}

const dataArguments = (port: number): string[] => [
  ...plainArguments(port),
  '--repl-diskless-sync-delay',
  '0',
  '--replica-read-only',
  'yes',
];

const behind = (port: number): string[] => ['--replicaof', `127.0.0.1 ${port}`];

function sentinelFile(directory: string, port: number, masterPort: number): string {
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} ${FAIL_OVER_LIMIT_MS}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function waitUntilItSays(port: number, command: readonly string[], sign: RegExp): Promise<boolean> {
  return waitFor(`${command.join(' ')} to say ${sign}`, START_LIMIT_MS, async () =>
    sign.test((await askRedis(port, command)).join('\n')),
  );
}
