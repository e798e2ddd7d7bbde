import assert from 'node:assert/strict';
import { silentLogger } from '@spectral/common';
import { after, before, describe, it } from 'mocha';
import { readGatewayConfig } from '../src/config.ts';
import { openGatewayParts } from '../src/parts.ts';
import { startGateway, type RunningGateway } from '../src/start.ts';
import { startRedis, type RedisServer } from '../../common/test/support/start-redis.ts';
import { apiClient, assertRefused, type ApiClient } from './support/api-client.ts';
import { startPostgres, type Postgres } from './support/start-postgres.ts';

interface Process {
  readonly running: RunningGateway;
  stop(): Promise<void>;
}

describe('two gateway processes on one Postgres and one Redis', () => {
  let postgres: Postgres;
  let redis: RedisServer;
  let one: Process;
  let other: Process;
  let boss: ApiClient;
  let teamKey: string;

  before(async function () {
    this.timeout(60_000);
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const env = {
      DATABASE_URL: await postgres.newDatabase(),
      REDIS_URL: redis.url,
      SPECTRAL_PORT: '0',
      SPECTRAL_PUBLIC_URL: 'http://spectral.example.com',
      SPECTRAL_SERVICE_SECRET: 'a-service-secret-for-tests',
      SPECTRAL_MASTER_KEY: Buffer.alloc(32, 3).toString('base64'),
      SPECTRAL_DEMO: 'off',
    };
    [one, other] = await Promise.all([launch(env), launch(env)]);
    const firstRun = one.running.gateway.firstRun ?? other.running.gateway.firstRun;
    assert.ok(firstRun, 'one of them made the team');
    assert.ok(!one.running.gateway.firstRun || !other.running.gateway.firstRun, 'and only one');
    teamKey = firstRun.teamKey;
    boss = apiClient(one.running.url);
    const code = new URL(firstRun.loginLink).searchParams.get('code');
    assert.equal((await boss.post('/api/auth/link', { code })).status, 200);
  });
  after(async function () {
    this.timeout(30_000);
    await Promise.all([one?.stop(), other?.stop()]);
    await Promise.all([postgres?.stop(), redis?.stop()]);
  });

  const elsewhere = (token: string) => apiClient(other.running.url, { authorization: `Bearer ${token}` });
  const register = async (name: string) => {
    const client = apiClient(one.running.url, { authorization: `Bearer ${teamKey}` });
    return (await client.post('/api/machines', { name, hostname: 'h', version: '1', pid: 1 })).body;
  };

  it('a login, a key and a token of one count at the other', async () => {
    const there = apiClient(other.running.url);
    there.setCookies(boss.cookies());
    const { token } = await register('shared');

    assert.equal((await there.get('/api/auth/me')).status, 200);
    assert.equal((await elsewhere(token).post('/api/machines/self/token')).status, 200);
  });

  it('a machine revoked at one is dead at the other within a second', async () => {
    const { machine, token } = await register('doomed');
    assert.equal(
      (await elsewhere(token).post('/api/machines/self/token')).status,
      200,
      'its verdict is remembered there',
    );

    assert.equal((await boss.delete(`/api/machines/${machine.id}`)).status, 200);
    const revokedAt = performance.now();
    const refusedAfterMs = await refusal(() => elsewhere(token).post('/api/machines/self/token'), revokedAt);

    assert.ok(refusedAfterMs < 1_000, `${refusedAfterMs} ms`);
  });

  it('guesses at one count at the other', async () => {
    const guess = (client: ApiClient) =>
      client.post('/api/auth/login', { email: 'x@example.com', password: 'wrong' });
    for (let tries = 0; tries < 10; tries += 1) {
      assertRefused(
        await guess(apiClient([one, other][tries % 2]?.running.url ?? '')),
        401,
        'unauthenticated',
      );
    }

    assertRefused(await guess(apiClient(other.running.url)), 429, 'rate-limited');
  }).timeout(30_000);

  it('both say when Redis is away, and go on serving what needs none', async () => {
    await redis.kill();

    const ready = await apiClient(one.running.url).get('/ready');
    const { status } = await boss.get('/api/teams');
    const login = await boss.post('/api/auth/login', { email: 'y@example.com', password: 'wrong' });

    assert.deepEqual([ready.status, ready.body.faults], [503, ['redis']]);
    assert.equal(status, 200);
    assertRefused(login, 503, 'unavailable');
  });
});

async function launch(env: Record<string, string>): Promise<Process> {
  const config = readGatewayConfig(env);
  const opened = await openGatewayParts(config, silentLogger());
  const running = await startGateway(config, opened.parts);
  return {
    running,
    async stop() {
      await running.close(1_000);
      await opened.close();
    },
  };
}

/** Asks until refused, at most three seconds; resolves with the milliseconds since `from`. */
async function refusal(ask: () => Promise<{ status: number }>, from: number): Promise<number> {
  for (;;) {
    const { status } = await ask();
    const afterMs = performance.now() - from;
    if (status === 401 || afterMs > 3_000) return afterMs;
  }
}
