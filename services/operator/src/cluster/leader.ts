/** The right to act. Of several operators one leads, and only while it can know that it does. */
import { ClusterError } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';

export interface Leader {
  /** Grows with every leader there ever was; null while this process does not lead. */
  fence(): number | null;
  /**
   * The fence, or throws `not-leading`, also from the moment on at which another may have taken over by this process's
   * own clock. To be called before every call that changes something, whichever system it goes to.
   */
  assertLeading(): number;
}

/** The same cluster, on which only the leader changes anything. */
export function leadersOnly(cluster: Cluster, leader: Leader): Cluster {
  return {
    get: cluster.get,
    list: cluster.list,
    watch: cluster.watch,
    async create(...call) {
      leader.assertLeading();
      return cluster.create(...call);
    },
    async apply(...call) {
      leader.assertLeading();
      return cluster.apply(...call);
    },
    async applyStatus(...call) {
      leader.assertLeading();
      return cluster.applyStatus(...call);
    },
    async mergePatch(...call) {
      leader.assertLeading();
      return cluster.mergePatch(...call);
    },
    async remove(...call) {
      leader.assertLeading();
      return cluster.remove(...call);
    },
  };
}

export function notLeading(): ClusterError {
  return new ClusterError(
    'not-leading',
    'This operator does not lead, so it changes nothing; another one will.',
  );
}
