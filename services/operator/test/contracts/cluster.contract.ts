/** What every implementation of Cluster must do. */
import assert from 'node:assert/strict';
import {
  controlledBy,
  isClusterError,
  type Cluster,
  type ClusterErrorCode,
  type WatchListener,
} from '../../src/cluster/index.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { hearChanges, isClustersOwn } from '../support/heard-changes.ts';
import { aConfigMap, aPod, configMaps, probePods, type ConfigMap } from '../support/probe-kinds.ts';
import { until } from '../support/until.ts';

export interface ClusterUnderTest {
  /** Fresh and empty. */
  readonly namespace: string;
  /** A client that creates and patches under this name. */
  connect(manager: string): Cluster;
}

/** Declares the cases. `start` registers its own clean-up. */
export function clusterContract(medium: string, start: () => Promise<ClusterUnderTest>): void {
  describe(`cluster: ${medium}`, () => {
    cleanUpAfterEach();
    let namespace: string;
    let cluster: Cluster;
    let other: Cluster;
    beforeEach(async () => {
      const started = await start();
      ({ namespace } = started);
      cluster = started.connect('one');
      other = started.connect('other');
    });

    const make = (name: string, values: Record<string, string> = { a: '1' }) =>
      cluster.create(configMaps, aConfigMap(namespace, name, values));
    const data = async (name: string) => (await cluster.get(configMaps, namespace, name))?.data;
    const apply = (values: Record<string, string>, manager = 'applier', force = false) =>
      cluster.apply(configMaps, aConfigMap(namespace, 'applied', values), { manager, force });
    const watch = (listener: WatchListener<ConfigMap>, labels?: Record<string, string>) => {
      const opened = cluster.watch(configMaps, namespace, listener, labels && { labels });
      afterTest(() => opened.close());
      return opened;
    };

    describe('reading and creating', () => {
      it('what is created is found with its uid, its version and its time', async () => {
        const created = await make('first');

        const found = await cluster.get(configMaps, namespace, 'first');

        assert.deepEqual(found, created);
        assert.deepEqual(found?.data, { a: '1' });
        assert.ok(Math.abs(Date.parse(created.metadata.creationTimestamp) - Date.now()) < 120_000);
      });

      it('nothing of that name is null, and a name that is taken is told', async () => {
        await make('first');

        assert.equal(await cluster.get(configMaps, namespace, 'other'), null);
        await refuses('already-exists', () => make('first'));
      });

      it('a list has all of a namespace, or those with the labels asked for', async () => {
        await make('plain');
        const labelled = aConfigMap(namespace, 'labelled', {});
        const labels = { pool: 'build', size: 'big' };
        await cluster.create(configMaps, { ...labelled, metadata: { ...labelled.metadata, labels } });

        const all = await cluster.list(configMaps, namespace);
        const some = await cluster.list(configMaps, namespace, { labels: { pool: 'build' } });

        assert.deepEqual(namesOf(all), ['labelled', 'plain']);
        assert.deepEqual(namesOf(some), ['labelled']);
        assert.deepEqual(await cluster.list(configMaps, namespace, { labels: { pool: 'other' } }), []);
      });
    });

    describe('patching', () => {
      it('sets and removes labels, annotations and finalizers, and leaves the rest', async () => {
        await make('thing', { a: '1', b: '2' });
        await cluster.mergePatch(configMaps, namespace, 'thing', {
          metadata: { labels: { keep: 'yes', drop: 'yes' }, annotations: { note: 'x' } },
        });

        const patched = await cluster.mergePatch(configMaps, namespace, 'thing', {
          metadata: { labels: { drop: null }, finalizers: ['spectral.dev/test'] },
        });
        const freed = await cluster.mergePatch(configMaps, namespace, 'thing', {
          metadata: { finalizers: null },
        });

        assert.deepEqual(patched.metadata.labels, { keep: 'yes' });
        assert.deepEqual(patched.metadata.annotations, { note: 'x' });
        assert.deepEqual(patched.metadata.finalizers, ['spectral.dev/test']);
        assert.deepEqual(freed.metadata.finalizers ?? [], []);
        assert.deepEqual(freed.data, { a: '1', b: '2' });
      });

      it('with a version that is no longer the object’s is a conflict', async () => {
        const { resourceVersion } = (await make('thing')).metadata;
        await other.mergePatch(configMaps, namespace, 'thing', { metadata: { labels: { a: 'b' } } });

        await refuses('conflict', () =>
          cluster.mergePatch(configMaps, namespace, 'thing', {
            metadata: { resourceVersion, labels: { c: 'd' } },
          }),
        );
      });

      it('of one version by two at once succeeds once', async () => {
        const { resourceVersion } = (await make('thing')).metadata;

        const outcomes = await Promise.allSettled(
          [cluster, other].map((each, index) =>
            each.mergePatch(configMaps, namespace, 'thing', {
              metadata: { resourceVersion, labels: { winner: String(index) } },
            }),
          ),
        );

        assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
      });

      it('that changes nothing leaves the version, and one of nothing is told', async () => {
        const { metadata } = await make('thing');

        const patched = await cluster.mergePatch(configMaps, namespace, 'thing', {
          metadata: { finalizers: [] },
        });

        assert.equal(patched.metadata.resourceVersion, metadata.resourceVersion);
        await refuses('not-found', () => cluster.mergePatch(configMaps, namespace, 'none', {}));
      });
    });

    describe('applying', () => {
      it('creates, changes, and takes away what is no longer said', async () => {
        await apply({ a: '1', b: '1' });
        await apply({ a: '2', c: '1' });

        assert.deepEqual(await data('applied'), { a: '2', c: '1' });
      });

      it('the same again leaves the version', async () => {
        const { metadata } = await apply({ a: '1' });

        assert.equal((await apply({ a: '1' })).metadata.resourceVersion, metadata.resourceVersion);
      });

      it('leaves fields of others alone, and keeps a shared one while anyone says it', async () => {
        await apply({ mine: '1', shared: '1' }, 'one');
        await apply({ yours: '1', shared: '1' }, 'two');
        await apply({ mine: '2' }, 'one');

        assert.deepEqual(await data('applied'), { mine: '2', shared: '1', yours: '1' });
      });

      it('another value for a field of somebody else is a conflict that names the owner', async () => {
        await apply({ replicas: '3' }, 'autoscaler');

        const error = await refuses('conflict', () => apply({ replicas: '5' }, 'operator'));

        assert.deepEqual(error.owners, ['autoscaler']);
        assert.deepEqual(await data('applied'), { replicas: '3' });
      });

      it('by force takes the field, and the former owner then conflicts', async () => {
        await apply({ replicas: '3' }, 'autoscaler');
        await apply({ replicas: '5' }, 'operator', true);

        assert.deepEqual(await data('applied'), { replicas: '5' });
        await refuses('conflict', () => apply({ replicas: '4' }, 'autoscaler'));
      });

      it('what a patch has changed belongs to the patcher', async () => {
        await apply({ a: '1' });
        await other.mergePatch(configMaps, namespace, 'applied', { data: { a: 'by hand' } });

        const error = await refuses('conflict', () => apply({ a: '1' }));

        assert.deepEqual(error.owners, ['other']);
      });

      it('with the uid of an object that is gone creates nothing', async () => {
        const { uid } = (await make('applied')).metadata;
        await cluster.remove(configMaps, namespace, 'applied');
        const again = aConfigMap(namespace, 'applied', {});

        await refuses('conflict', () =>
          cluster.apply(configMaps, { ...again, metadata: { ...again.metadata, uid } }, { manager: 'one' }),
        );
        assert.equal(await cluster.get(configMaps, namespace, 'applied'), null);
      });
    });

    describe('the status', () => {
      const status = { reason: 'Asleep', conditions: [{ type: 'Drained', status: 'True' }] };

      it('is written apart from the object, each with its own manager', async () => {
        await cluster.create(probePods, aPod(namespace, 'pod'));
        await cluster.applyStatus(
          probePods,
          { metadata: { namespace, name: 'pod' }, status },
          { manager: 'status' },
        );
        const labels = { a: 'b' };
        await cluster.mergePatch(probePods, namespace, 'pod', {
          metadata: { labels },
          status: { reason: 'No' },
        });

        const found = await cluster.get(probePods, namespace, 'pod');

        assert.equal(found?.status?.reason, 'Asleep');
        assert.deepEqual(
          found?.status?.conditions?.find(({ type }) => type === 'Drained'),
          { type: 'Drained', status: 'True' },
        );
        assert.deepEqual(found?.metadata.labels, labels);
        assert.deepEqual(
          found?.spec.containers.map((container) => container.name),
          ['main'],
        );
      });

      it('the same again leaves the version', async () => {
        await cluster.create(probePods, aPod(namespace, 'pod'));
        const write = () =>
          cluster.applyStatus(
            probePods,
            { metadata: { namespace, name: 'pod' }, status },
            { manager: 'status' },
          );
        await write();

        // On a real cluster the scheduler says something of the pod as well.
        await until('a version that stays', async () => {
          const [one, two] = [await write(), await write()];
          return one.metadata.resourceVersion === two.metadata.resourceVersion;
        });
      });

      it('of nothing is told, and nothing is created', async () => {
        await refuses('not-found', () =>
          cluster.applyStatus(
            probePods,
            { metadata: { namespace, name: 'none' }, status },
            { manager: 'status' },
          ),
        );
      });
    });

    describe('removing', () => {
      it('ends the object; removing what is not there is fine', async () => {
        await make('thing');

        await cluster.remove(configMaps, namespace, 'thing');
        await cluster.remove(configMaps, namespace, 'thing');

        assert.equal(await cluster.get(configMaps, namespace, 'thing'), null);
      });

      it('with another uid or version than the object’s is a conflict, and the object stays', async () => {
        const { uid, resourceVersion } = (await make('thing')).metadata;
        await cluster.mergePatch(configMaps, namespace, 'thing', { metadata: { labels: { a: 'b' } } });

        await refuses('conflict', () =>
          cluster.remove(configMaps, namespace, 'thing', { uid: 'no-such-uid' }),
        );
        await refuses('conflict', () =>
          cluster.remove(configMaps, namespace, 'thing', { uid, resourceVersion }),
        );

        assert.ok(await cluster.get(configMaps, namespace, 'thing'));
        await cluster.remove(configMaps, namespace, 'thing', { uid });
        assert.equal(await cluster.get(configMaps, namespace, 'thing'), null);
      });

      it('waits for finalizers', async () => {
        const { uid } = (await make('thing')).metadata;
        await cluster.mergePatch(configMaps, namespace, 'thing', {
          metadata: { finalizers: ['spectral.dev/test'] },
        });

        await cluster.remove(configMaps, namespace, 'thing');
        const ending = await cluster.get(configMaps, namespace, 'thing');
        await refuses('already-exists', () => make('thing'));
        await cluster.mergePatch(configMaps, namespace, 'thing', { metadata: { uid, finalizers: null } });

        assert.ok(ending?.metadata.deletionTimestamp);
        assert.equal(await cluster.get(configMaps, namespace, 'thing'), null);
      });

      it('takes along what the object controls', async () => {
        const owner = await make('owner');
        const child = aConfigMap(namespace, 'child', {});
        const metadata = { ...child.metadata, ownerReferences: [controlledBy(owner)] };
        await cluster.create(configMaps, { ...child, metadata });

        await cluster.remove(configMaps, namespace, 'owner');

        await until(
          'the child is collected',
          async () => !(await cluster.get(configMaps, namespace, 'child')),
          15_000,
        );
      });
    });

    describe('watching', () => {
      it('tells what is there, then what changes', async () => {
        await make('there');
        const { heard, listener } = hearChanges<ConfigMap>(({ data: values }) => JSON.stringify(values));
        watch(listener);
        await until('the first list', () => heard.includes('synced'));
        await make('new');
        await cluster.apply(configMaps, aConfigMap(namespace, 'new', { b: '2' }), { manager: 'one' });
        await cluster.remove(configMaps, namespace, 'there');
        await until('all changes', () => heard.length >= 5);

        assert.deepEqual(heard, [
          '+there{"a":"1"}',
          'synced',
          '+new{"a":"1"}',
          '~new{"a":"1","b":"2"}',
          '-there{"a":"1"}',
        ]);
      });

      it('an object deleted and made again is a removal and an addition', async () => {
        const { heard, listener } = hearChanges<ConfigMap>();
        watch(listener);
        await until('the first list', () => heard.includes('synced'));

        await make('thing');
        await cluster.remove(configMaps, namespace, 'thing');
        await make('thing');
        await until('all changes', () => heard.length >= 4);

        assert.deepEqual(heard, ['synced', '+thing', '-thing', '+thing']);
      });

      it('by labels tells of an object that loses them as of one removed', async () => {
        const { heard, listener } = hearChanges<ConfigMap>();
        watch(listener, { pool: 'build' });
        await until('the first list', () => heard.includes('synced'));

        await make('thing');
        await cluster.mergePatch(configMaps, namespace, 'thing', { metadata: { labels: { pool: 'build' } } });
        await cluster.mergePatch(configMaps, namespace, 'thing', { metadata: { labels: { pool: 'other' } } });
        await until('both changes', () => heard.length >= 3);

        assert.deepEqual(heard, ['synced', '+thing', '-thing']);
      });

      it('tells nothing after it is closed', async () => {
        const [one, two] = [hearChanges<ConfigMap>(), hearChanges<ConfigMap>()];
        const first = watch(one.listener);
        watch(two.listener);
        await until('both lists', () => [one, two].every(({ heard }) => heard.includes('synced')));

        first.close();
        await make('thing');
        await until('the change', () => two.heard.includes('+thing'));

        assert.deepEqual(one.heard, ['synced']);
      });
    });
  });
}

async function refuses(code: ClusterErrorCode, call: () => Promise<unknown>) {
  const outcome = await call().then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  assert.ok(isClusterError(outcome, code), `expected ${code}, came ${String(outcome)}`);
  return outcome;
}

function namesOf(objects: readonly ConfigMap[]): string[] {
  return objects
    .map(({ metadata }) => metadata.name)
    .filter((name) => !isClustersOwn(name))
    .toSorted();
}
