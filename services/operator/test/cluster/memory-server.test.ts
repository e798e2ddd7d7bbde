// What only a server in memory can show at will; what all clusters do is in cluster.contract.ts.
import assert from 'node:assert/strict';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { hearChanges } from '../support/heard-changes.ts';
import { aConfigMap, aPod, configMaps, probePods, type ConfigMap } from '../support/probe-kinds.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';
import { until } from '../support/until.ts';

describe('a cluster in memory', () => {
  cleanUpAfterEach();

  it('watches that are cut go on where they were, and list again what was forgotten meanwhile', async () => {
    const { cluster, server, heard } = startWatching();
    await until('the list', () => heard.length === 1);
    const make = (name: string) => cluster.create(configMaps, aConfigMap('fleet', name, {}));

    await make('a');
    server.history.cut();
    await make('b');
    await until('both', () => heard.includes('+b'));
    await make('c');
    await cluster.remove(configMaps, 'fleet', 'a');
    server.history.compact();
    await make('d');
    await until('the rest', () => heard.includes('+d') && heard.includes('-a'));

    assert.deepEqual(heard.toSorted(), ['+a', '+b', '+c', '+d', '-a', 'synced']);
  });

  it('a pod on a node stays until its grace was taken back; one on no node goes at once', async () => {
    const cluster = startMemoryCluster().connect('one');
    for (const name of ['placed', 'waiting']) await cluster.create(probePods, aPod('fleet', name));
    await cluster.mergePatch(probePods, 'fleet', 'placed', { spec: { nodeName: 'node-1' } });

    for (const name of ['placed', 'waiting']) await cluster.remove(probePods, 'fleet', name);
    const ending = await cluster.get(probePods, 'fleet', 'placed');

    assert.equal(ending?.metadata.deletionGracePeriodSeconds, 30);
    assert.equal(await cluster.get(probePods, 'fleet', 'waiting'), null);
    await cluster.remove(probePods, 'fleet', 'placed', { gracePeriodSeconds: 0 });
    assert.equal(await cluster.get(probePods, 'fleet', 'placed'), null);
  });

  it('the generation counts what was asked for, not what was found or said about it', async () => {
    const cluster = startMemoryCluster().connect('one');
    const generation = async () => (await cluster.get(probePods, 'fleet', 'a'))?.metadata.generation;
    await cluster.create(probePods, aPod('fleet', 'a'));

    await cluster.mergePatch(probePods, 'fleet', 'a', { metadata: { labels: { a: 'b' } } });
    await cluster.applyStatus(
      probePods,
      { metadata: { namespace: 'fleet', name: 'a' }, status: { reason: 'x' } },
      { manager: 's' },
    );
    assert.equal(await generation(), 1);
    await cluster.mergePatch(probePods, 'fleet', 'a', { spec: { containers: [{ name: 'other' }] } });

    assert.equal(await generation(), 2);
  });

  it('an element of a list belongs to who applied it', async () => {
    const cluster = startMemoryCluster().connect('one');
    const apply = (manager: string, names: string[]) =>
      cluster.apply(
        probePods,
        { ...aPod('fleet', 'a'), spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } },
        { manager },
      );

    await apply('operator', ['main', 'log']);
    await apply('mesh', ['proxy']);
    await apply('operator', ['main']);

    const found = await cluster.get(probePods, 'fleet', 'a');
    assert.deepEqual(
      found?.spec.containers.map(({ name }) => name),
      ['main', 'proxy'],
    );
  });
});

function startWatching() {
  const { server, connect } = startMemoryCluster();
  const cluster = connect('one');
  const { heard, listener } = hearChanges<ConfigMap>();
  const watch = cluster.watch(configMaps, 'fleet', listener);
  afterTest(() => watch.close());
  return { cluster, server, heard };
}
