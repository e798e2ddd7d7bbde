import assert from 'node:assert/strict';
import { startCache } from '../../src/cluster/cache.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/probe-kinds.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';
import { until } from '../support/until.ts';

describe('cache', () => {
  cleanUpAfterEach();

  it('holds all namespaces it was told, by name and by index, and no others', async () => {
    const { cluster, cache } = startSite(['one', 'two']);
    await cluster.create(configMaps, aConfigMap('one', 'a', { pool: 'red' }));
    await cluster.create(configMaps, aConfigMap('two', 'a', { pool: 'red' }));
    await cluster.create(configMaps, aConfigMap('three', 'a', { pool: 'red' }));

    await cache.synced;
    await until('both', () => cache.size === 2);

    assert.deepEqual(
      cache
        .by('pool', 'red')
        .map(({ metadata }) => metadata.namespace)
        .toSorted(),
      ['one', 'two'],
    );
    assert.equal(cache.get('three', 'a'), undefined);
    assert.ok(cache.isSynced());
  });

  it('tells each change after it holds it', async () => {
    const { cluster, cache, told } = startSite(['one']);
    await cache.synced;

    await cluster.create(configMaps, aConfigMap('one', 'a', {}));
    await until('the addition', () => told.length === 1);
    await cluster.mergePatch(configMaps, 'one', 'a', { data: { pool: 'blue' } });
    await until('the change', () => told.length === 2);
    await cluster.remove(configMaps, 'one', 'a');
    await until('the removal', () => told.length === 3);

    assert.deepEqual(told, ['a held: true', 'a held: true', 'a held: false']);
  });

  it('of no namespace is synced at once', async () => {
    await startSite([]).cache.synced;
  });
});

function startSite(namespaces: string[]) {
  const cluster = startMemoryCluster().connect('one');
  const told: string[] = [];
  const cache = startCache<ConfigMap, 'pool'>(cluster, configMaps, namespaces, {
    indexes: { pool: ({ data }) => (data?.pool ? [data.pool] : []) },
    changed(object, before) {
      const { namespace = '', name = '' } = object?.metadata ?? before?.metadata ?? {};
      told.push(`${name} held: ${cache.get(namespace, name) !== undefined}`);
    },
  });
  afterTest(() => cache.close());
  return { cluster, cache, told };
}
