/** A cluster as seen by a process with a fateful life. */
import { ClusterError, type Cluster, type KubeObject, type Resource } from '../../src/cluster/index.ts';
import type { FatefulLife } from './fateful-life.ts';

const failures = {
  unreachable: () => new ClusterError('unreachable', 'the call or its answer never arrived'),
  conflict: () => new ClusterError('conflict', 'somebody was faster'),
};

export function faultyCluster(cluster: Cluster, life: FatefulLife): Cluster {
  const change = <T>(verb: string, { kind }: Resource<KubeObject>, name: string, perform: () => Promise<T>) =>
    life.change({ verb, kind, name }, failures, perform);
  /** A listener of a dead process hears nothing. */
  const alive =
    <Heard extends unknown[]>(listen: (...heard: Heard) => void) =>
    (...heard: Heard) => {
      if (!life.isDead()) listen(...heard);
    };

  return {
    get: (...call) => life.read(() => cluster.get(...call)),
    list: (...call) => life.read(() => cluster.list(...call)),
    create: (resource, object) =>
      change('create', resource, object.metadata.name, () => cluster.create(resource, object)),
    apply: (resource, object, options) =>
      change('apply', resource, object.metadata.name, () => cluster.apply(resource, object, options)),
    applyStatus: (resource, object, options) =>
      change('applyStatus', resource, object.metadata.name, () =>
        cluster.applyStatus(resource, object, options),
      ),
    mergePatch: (resource, namespace, name, patch) =>
      change('mergePatch', resource, name, () => cluster.mergePatch(resource, namespace, name, patch)),
    remove: (resource, namespace, name, options) =>
      change('remove', resource, name, () => cluster.remove(resource, namespace, name, options)),
    watch(resource, namespace, { added, updated, removed, synced }, options) {
      const listener = {
        added: alive(added),
        updated: alive(updated),
        removed: alive(removed),
        synced: alive(synced),
      };
      const watch = cluster.watch(resource, namespace, listener, options);
      void life.died.then(watch.close);
      return watch;
    },
  };
}
