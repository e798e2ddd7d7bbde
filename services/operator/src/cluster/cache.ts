/** A store kept in step with the cluster, over all watched namespaces. */
import type { Cluster, Resource, SelectOptions } from './cluster.ts';
import type { Existing, KubeObject } from './object.ts';
import { createStore, type Indexes, type StoreReader } from './store.ts';

export interface Cache<T extends KubeObject, Index extends string = never> extends StoreReader<T, Index> {
  /** Resolves once every namespace was listed whole. Before that, what is missing may be there. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  close(): void;
}

export interface CacheOptions<T extends KubeObject, Index extends string> extends SelectOptions {
  readonly indexes: Indexes<T, Index>;
  /** Called after the store has changed: `object` is null after a removal, `before` after an addition. */
  readonly changed?: (object: Existing<T> | null, before: Existing<T> | null) => void;
}

/** Watches `resource` in each namespace until closed. */
export function startCache<T extends KubeObject, Index extends string = never>(
  cluster: Cluster,
  resource: Resource<T>,
  namespaces: readonly string[],
  { indexes, changed = () => {}, ...select }: CacheOptions<T, Index>,
): Cache<T, Index> {
  const store = createStore(indexes);
  const unsynced = new Set(namespaces);
  const synced = Promise.withResolvers<void>();
  if (unsynced.size === 0) synced.resolve();

  const watches = namespaces.map((namespace) =>
    cluster.watch<T>(
      resource,
      namespace,
      {
        added(object) {
          store.put(object);
          changed(object, null);
        },
        updated(object, before) {
          store.put(object);
          changed(object, before);
        },
        removed(object) {
          store.drop(namespace, object.metadata.name);
          changed(null, object);
        },
        synced() {
          unsynced.delete(namespace);
          if (unsynced.size === 0) synced.resolve();
        },
      },
      select,
    ),
  );

  return {
    get: store.get,
    all: store.all,
    by: store.by,
    get size() {
      return store.size;
    },
    synced: synced.promise,
    isSynced: () => unsynced.size === 0,
    close() {
      for (const watch of watches) watch.close();
    },
  };
}
