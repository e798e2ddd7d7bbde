import assert from 'node:assert/strict';
import { silentLogger } from '../src/logger.ts';
import { createRedisAnnouncements } from '../src/redis-announcements.ts';
import { announcementsContract } from './contracts/announcements.contract.ts';
import { startRedis, type RedisServer } from './support/start-redis.ts';

describe('announcements in a real Redis', () => {
  const servers: RedisServer[] = [];
  const ends: (() => unknown)[] = [];
  before(async () => void servers.push(await startRedis()));
  after(async () => Promise.all(servers.map((server) => server.stop())));
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  const open = async () => {
    const [server] = servers;
    assert.ok(server);
    const announcements = await createRedisAnnouncements(server, silentLogger());
    ends.push(() => announcements.close());
    return announcements;
  };

  announcementsContract('Redis', async () => ({ here: await open(), there: await open() }));
});
