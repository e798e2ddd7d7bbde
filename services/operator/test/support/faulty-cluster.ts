/** A cluster on which calls meet the fate a test gives them, as seen by one process. Watches and reads pass too. */
import { ClusterError, type Cluster, type KubeObject, type Resource } from '../../src/cluster/index.ts';

export interface Call {
  /** From 0, over all calls that change something. */
  readonly index: number;
  readonly verb: 'create' | 'apply' | 'applyStatus' | 'mergePatch' | 'remove';
  readonly kind: string;
  readonly name: string;
}

/**
 * `refused`: without effect. `unanswered`: with effect, but nobody learns of it. `conflict`: somebody was faster.
 * `dies before` and `dies after`: the process ends around the call; no call of it returns any more.
 */
export type Fate = 'passes' | 'refused' | 'unanswered' | 'conflict' | 'dies before' | 'dies after';

export interface FaultyCluster {
  readonly cluster: Cluster;
  /** Calls that changed something, or were to. */
  readonly calls: readonly Call[];
  /** Resolves when the process has died. */
  readonly died: Promise<void>;
  /** The process dies now: watches tell nothing, and no call returns. */
  die(): void;
}

export function faultyCluster(cluster: Cluster, fateOf: (call: Call) => Fate): FaultyCluster {
  const calls: Call[] = [];
  const death = Promise.withResolvers<void>();
  let dead = false;

  const die = () => {
    dead = true;
    death.resolve();
  };
  const untilForever = async <T>(call: () => Promise<T>): Promise<T> => {
    if (dead) return new Promise<T>(() => {});
    try {
      return await call();
    } finally {
      // A process that has died sees neither results nor errors.
      if (dead) await new Promise(() => {});
    }
  };
  const change = <T>(
    verb: Call['verb'],
    resource: Resource<KubeObject>,
    name: string,
    perform: () => Promise<T>,
  ): Promise<T> =>
    untilForever(async () => {
      const call = { index: calls.length, verb, kind: resource.kind, name };
      calls.push(call);
      const fate = fateOf(call);
      if (fate === 'refused') throw new ClusterError('unreachable', 'the call never arrived');
      if (fate === 'conflict') throw new ClusterError('conflict', 'somebody was faster');
      if (fate === 'dies before') {
        die();
        return new Promise<T>(() => {});
      }
      const result = await perform();
      if (fate === 'dies after') die();
      if (fate === 'unanswered') throw new ClusterError('unreachable', 'the answer never arrived');
      return result;
    });

  return {
    calls,
    died: death.promise,
    die,
    cluster: {
      get: (...call) => untilForever(() => cluster.get(...call)),
      list: (...call) => untilForever(() => cluster.list(...call)),
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
      watch(resource, namespace, listener, options) {
        const alive = {
          added: (object: Parameters<typeof listener.added>[0]) => void (dead || listener.added(object)),
          updated: (...news: Parameters<typeof listener.updated>) => void (dead || listener.updated(...news)),
          removed: (object: Parameters<typeof listener.removed>[0]) =>
            void (dead || listener.removed(object)),
          synced: () => void (dead || listener.synced()),
        };
        const watch = cluster.watch(resource, namespace, alive, options);
        void death.promise.then(watch.close);
        return watch;
      },
    },
  };
}
