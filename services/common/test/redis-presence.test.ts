import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { silentLogger } from '../src/logger.ts';
import { createRedisPresence } from '../src/redis-presence.ts';
import { presenceContract } from './contracts/presence.contract.ts';
import { startRedis, type RedisServer } from './support/start-redis.ts';

describe('presence in a real Redis', () => {
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
    const presence = await createRedisPresence(server, silentLogger());
    ends.push(() => presence.close());
    return { server, presence };
  };

  presenceContract('Redis', async () => {
    const { server, presence } = await open();
    const redis = new Redis(server.url);
    await redis.flushall();
    ends.push(() => redis.disconnect());
    return {
      presence,
      another: (await open()).presence,
      async age(ms) {
        for (const key of await redis.keys('spectral:pod:*')) await redis.decrby(key, ms);
      },
    };
  });

  it('a holder that renews after Redis lost its data holds its machine again', async () => {
    const { server, presence } = await open();
    const { entry } = await presence.claim({ machineId: 'survivor', podId: 'a' });
    const said = { turns: 1, queued: 0, prompts: 3, lastTurnEndedAt: null, cordon: null };
    await presence.tell(entry, said);
    const redis = new Redis(server.url);
    ends.push(() => redis.disconnect());
    await redis.flushall();

    assert.equal((await presence.find(['survivor'])).size, 0);
    assert.deepEqual(await presence.renew([entry]), []);

    assert.deepEqual((await presence.find(['survivor'])).get('survivor'), entry);
    assert.deepEqual((await presence.activities(['survivor'])).get('survivor'), said);
  });

  it('two renewals that overlap after Redis lost its data take nothing from each other', async () => {
    const { server, presence } = await open();
    const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });
    const redis = new Redis(server.url);
    ends.push(() => redis.disconnect());
    await redis.flushall();

    const lost = await Promise.all([presence.renew([entry]), presence.renew([entry])]);

    assert.deepEqual(lost, [[], []]);
    assert.deepEqual((await presence.find(['m'])).get('m'), entry);
  });

  it('of a fleet that comes back at once the pod says one time that it lives', async () => {
    const { server, presence } = await open();
    await presence.claim({ machineId: 'first', podId: 'a' });
    const redis = new Redis(server.url);
    ends.push(() => redis.disconnect());
    await redis.config('RESETSTAT');
    const machineIds = Array.from({ length: 50 }, (_, index) => `of-fleet-${index}`);

    await Promise.all(machineIds.map((machineId) => presence.claim({ machineId, podId: 'a' })));

    assert.match(await redis.info('commandstats'), /cmdstat_evalsha:calls=51,/);
    assert.equal((await presence.find(machineIds)).size, machineIds.length);
  });

  it('while Redis is away every call fails at once, and works again after', async () => {
    const { server, presence } = await open();
    await server.kill();

    const begun = Date.now();
    await assert.rejects(presence.find(['m']));
    assert.ok(Date.now() - begun < 1000);

    await server.restart();
    await eventually(() => presence.find(['m']));
  });
});

async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 5000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
