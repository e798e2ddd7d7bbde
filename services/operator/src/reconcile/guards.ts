/** Disruption budgets: made once, looked at again now and then. Pods do not wait for them. */
import type { Logger } from '@spectral/common';
import type { Cluster, Existing, KubeObject } from '../cluster/index.ts';
import { DISRUPTION_BUDGETS } from '../kinds/index.ts';
import { disruptionBudget } from '../objects/disruption-budget.ts';
import { MANAGER } from '../objects/labels.ts';
import { orderedJson } from '../objects/revision.ts';

export interface Guards {
  /** Makes sure of the budget over the pods of `owner`. A cluster without budgets is logged and gone on with. */
  ensure(owner: Existing<KubeObject>, selects: 'pool' | 'agent'): Promise<void>;
  isEnsured(owner: Existing<KubeObject>): boolean;
  /** The owner of this uid is gone. */
  forget(uid: string): void;
}

const LOOK_AGAIN_MS = 600_000;

export function createGuards(
  cluster: Pick<Cluster, 'get' | 'apply'>,
  now: () => number,
  log: Logger,
): Guards {
  /** By uid of the owner, when it was last made sure of. */
  const ensuredAt = new Map<string, number>();
  const isEnsured = ({ metadata }: Existing<KubeObject>) =>
    now() - (ensuredAt.get(metadata.uid) ?? -Infinity) < LOOK_AGAIN_MS;
  return {
    isEnsured,
    forget: (uid) => void ensuredAt.delete(uid),
    async ensure(owner, selects) {
      if (isEnsured(owner) || owner.metadata.deletionTimestamp !== undefined) return;
      ensuredAt.set(owner.metadata.uid, now());
      const wanted = disruptionBudget(owner, selects);
      try {
        const found = await cluster.get(DISRUPTION_BUDGETS, owner.metadata.namespace, wanted.metadata.name);
        if (orderedJson(found?.spec) === orderedJson(wanted.spec)) return;
        await cluster.apply(DISRUPTION_BUDGETS, wanted, { manager: MANAGER, force: true });
      } catch (err) {
        log.warn(
          { err, budget: wanted.metadata.name },
          'a disruption budget was not made; tried again in ten minutes',
        );
      }
    },
  };
}
