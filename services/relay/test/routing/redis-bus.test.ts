import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@spectral/common';
import { startRedis, type RedisServer } from '../../../common/test/support/start-redis.ts';
import type { PodMessage } from '../../src/routing/pod-message.ts';
import { createRedisBus } from '../../src/routing/redis-bus.ts';
import { busContract } from '../contracts/bus.contract.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { until } from '../support/until.ts';

describe('bus over a real Redis', () => {
  const servers: RedisServer[] = [];
  before(async () => void servers.push(await startRedis()));
  after(async () => Promise.all(servers.map((server) => server.stop())));
  cleanUpAfterEach();

  const connect = async () => {
    const [address] = servers;
    assert.ok(address);
    const bus = createRedisBus({ address, podId: randomUUID(), log: silentLogger() });
    afterTest(() => bus.close());
    return bus;
  };
  busContract('Redis', connect);

  it('says not ready and reports messages as lost while Redis is away, and carries on when it is back', async () => {
    const [here, there] = [await connect(), await connect()];
    const lost: PodMessage[] = [];
    const heard: PodMessage[] = [];
    const outages = { count: 0 };
    await here.listen({
      onMessage() {},
      onUndelivered: (_podId, message) => lost.push(message),
      onOutage: () => void (outages.count += 1),
    });
    await there.listen({
      onMessage: (_from, message) => heard.push(message),
      onUndelivered() {},
      onOutage() {},
    });

    await servers[0]?.kill();
    await until('the outage is told', () => outages.count > 0);
    await until('not ready', () => !here.isReady());
    here.send(there.podId, { type: 'leave', machineId: 'm', reader: 1 });
    await until('the report', () => lost.length === 1);
    await assert.rejects(here.reachable([there.podId]));

    await servers[0]?.restart();
    await until('ready again', () => here.isReady() && there.isReady(), 5000);
    here.send(there.podId, { type: 'leave', machineId: 'm', reader: 2 });
    await until('a message', () => heard.length === 1);
  });
});
