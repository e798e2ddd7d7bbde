import assert from 'node:assert/strict';
import { openRedis, ServiceError, silentLogger } from '@spectral/common';
import { after, before, describe, it } from 'mocha';
import { guard } from '../../src/rate-limits/index.ts';
import { createRedisRateLimit, type RedisCommands } from '../../src/rate-limits/redis-rate-limit.ts';
import { startRedis, type RedisServer } from '../../../common/test/support/start-redis.ts';
import { rateLimitContract } from '../contracts/rate-limit.contract.ts';

describe('with a real Redis', () => {
  let server: RedisServer;
  let redis: ReturnType<typeof openRedis>;
  before(async () => {
    server = await startRedis();
    redis = openRedis({ url: server.url }, silentLogger());
    if (redis.status !== 'ready') await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  rateLimitContract(
    'Redis',
    () => createRedisRateLimit(redis),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  );
});

describe('a rate limit that cannot count', () => {
  it('keeps the door shut, and says that it is not the caller’s fault', async () => {
    const away = async () => {
      throw new Error('Connection is closed.');
    };
    const limits = createRedisRateLimit({ eval: away, del: away } satisfies RedisCommands);

    await assert.rejects(guard(limits, 'login', { attempts: 1, windowMs: 1_000 }), (error) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, 'unavailable');
      return true;
    });
  });
});
