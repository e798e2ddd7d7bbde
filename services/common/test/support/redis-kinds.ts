/** Redis in each form that REDIS_URL can name, as real processes on free ports: see redis-address.ts. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { plainArguments, startRedisProcess, type RedisPlace, type RedisProcess } from './redis-process.ts';

export interface RedisUnderTest {
  readonly url: string;
  /** Connections to every server that holds data, with all rights. */
  masters(): Redis[];
  /** Lets the server that holds the data (or a third of it) die. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** By name: how to start each. Every one is stopped by its `stop`. */
export const REDIS_KINDS: Readonly<Record<string, () => Promise<RedisUnderTest>>> = {
  'behind a Sentinel': startBehindSentinel,
  'a cluster of three': startCluster,
  'with TLS and an ACL user': startWithTls,
};

const LOOPBACK = '127.0.0.1';
/** A Sentinel calls a server dead after this silence. */
const SENTINEL_DOWN_MS = 500;

/** A master with a replica, and one Sentinel that alone decides. */
export async function startBehindSentinel(): Promise<RedisUnderTest> {
  const master = await startRedisProcess(plainArguments);
  const replica = await startRedisProcess((place) => [
    ...plainArguments(place),
    '--replicaof',
    `${LOOPBACK} ${master.port}`,
    '--repl-diskless-sync-delay',
    '0',
  ]);
  await until(
    'the replica follows',
    () => ask(replica, (redis) => redis.info('replication')),
    /link_status:up/,
  );
  const sentinel = await startRedisProcess((place) => [sentinelFile(place, master.port), '--sentinel']);
  await until('the Sentinel knows', () => ask(sentinel, (redis) => redis.info('sentinel')), /slaves=1/);
  return {
    url: `redis+sentinel://${LOOPBACK}:${sentinel.port}/mymaster`,
    masters: () => [new Redis({ port: master.port, host: LOOPBACK })],
    kill: () => master.kill(),
    stop: () => stopAll([sentinel, master, replica]),
  };
}

/** Three masters that share the slots. */
export async function startCluster(): Promise<RedisUnderTest> {
  const nodes = await Promise.all(
    [1, 2, 3].map(() =>
      startRedisProcess((place) => [
        ...plainArguments(place),
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '1000',
        '--cluster-require-full-coverage',
        'no',
      ]),
    ),
  );
  const [first] = nodes;
  if (!first) throw new Error('no node was started');
  await Promise.all(
    nodes.map((node, index) =>
      ask(node, async (redis) => {
        const [from, to] = [Math.ceil((16_384 * index) / 3), Math.ceil((16_384 * (index + 1)) / 3) - 1];
        await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
        if (node !== first) await redis.call('CLUSTER', 'MEET', LOOPBACK, first.port);
      }),
    ),
  );
  for (const node of nodes) {
    const state = () => ask(node, (redis) => redis.call('CLUSTER', 'INFO'));
    await until('the cluster stands', state, /cluster_state:ok[^]*slots_assigned:16384[^]*known_nodes:3/);
  }
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `${LOOPBACK}:${port}`).join(',')}`,
    masters: () => nodes.map(({ port }) => new Redis({ port, host: LOOPBACK })),
    kill: () => first.kill(),
    stop: () => stopAll(nodes),
  };
}

/** What docs/scaling.md says the user of Spectral needs, and nothing else. */
const RIGHTS =
  '~spectral:* &spectral:* -@all +@connection +@pubsub +get +set +mget +del +incr +pexpire +pttl +time +eval +evalsha +info';

/** A server that takes TLS alone, and one user with few rights. */
export async function startWithTls(): Promise<RedisUnderTest> {
  const server = await startRedisProcess((place) => {
    makeCertificate(place.directory);
    return [
      ...plainArguments({ ...place, port: 0 }),
      '--tls-port',
      `${place.port}`,
      '--tls-auth-clients',
      'no',
      '--tls-cert-file',
      join(place.directory, 'cert.pem'),
      '--tls-key-file',
      join(place.directory, 'key.pem'),
      '--user',
      'default',
      'on',
      '>admin',
      '~*',
      '&*',
      '+@all',
      '--user',
      'spectral',
      'on',
      '>p@ss',
      ...RIGHTS.split(' '),
    ];
  });
  const ca = join(server.directory, 'cert.pem');
  const masters = () => [
    new Redis({
      port: server.port,
      host: 'localhost',
      password: 'admin',
      tls: { rejectUnauthorized: false },
    }),
  ];
  return {
    url: `rediss://spectral:p%40ss@localhost:${server.port}/0?ca=${ca}`,
    masters,
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}

/** Empties every server. */
export async function flush(redis: RedisUnderTest): Promise<void> {
  for (const master of redis.masters()) {
    await master.flushall();
    master.disconnect();
  }
}

function sentinelFile({ port, directory }: RedisPlace, masterPort: number): string {
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `sentinel monitor mymaster ${LOOPBACK} ${masterPort} 1`,
    `sentinel down-after-milliseconds mymaster ${SENTINEL_DOWN_MS}`,
    'sentinel failover-timeout mymaster 3000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function makeCertificate(directory: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, ...files], { stdio: 'ignore' });
}

async function ask<T>({ port }: RedisProcess, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port, host: LOOPBACK });
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

async function until(what: string, look: () => Promise<unknown>, sign: RegExp): Promise<void> {
  const end = Date.now() + 8_000;
  while (!sign.test(String(await look()))) {
    if (Date.now() > end) throw new Error(`not within 8 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stopAll(processes: readonly RedisProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
}
