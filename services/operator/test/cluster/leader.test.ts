import assert from 'node:assert/strict';
import { leadersOnly, notLeading } from '../../src/cluster/leader.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';
import { aConfigMap, aPod, configMaps, probePods } from '../support/probe-kinds.ts';

describe('a cluster for leaders only', () => {
  it('lets anybody read and nobody else change anything', async () => {
    const { connect, server } = startMemoryCluster();
    const map = aConfigMap('fleet', 'a', {});
    await connect('someone').create(configMaps, map);
    const cluster = leadersOnly(connect('follower'), {
      fence: () => null,
      assertLeading() {
        throw notLeading();
      },
    });
    const before = server.history.version;

    assert.ok(await cluster.get(configMaps, 'fleet', 'a'));
    assert.equal((await cluster.list(configMaps, 'fleet')).length, 1);
    for (const change of [
      () => cluster.create(configMaps, aConfigMap('fleet', 'b', {})),
      () => cluster.apply(configMaps, aConfigMap('fleet', 'a', { a: '1' }), { manager: 'm' }),
      () => cluster.applyStatus(probePods, aPod('fleet', 'a'), { manager: 'm' }),
      () => cluster.mergePatch(configMaps, 'fleet', 'a', { metadata: { labels: { a: 'b' } } }),
      () => cluster.remove(configMaps, 'fleet', 'a'),
    ]) {
      await assert.rejects(change, { code: 'not-leading' });
    }

    assert.equal(server.history.version, before);
  });

  it('lets the leader change what it likes', async () => {
    const { connect } = startMemoryCluster();
    const cluster = leadersOnly(connect('leader'), { fence: () => 7, assertLeading: () => 7 });

    await cluster.create(configMaps, aConfigMap('fleet', 'a', {}));
    await cluster.remove(configMaps, 'fleet', 'a');

    assert.equal(await cluster.get(configMaps, 'fleet', 'a'), null);
  });
});
