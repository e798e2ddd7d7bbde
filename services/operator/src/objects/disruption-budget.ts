/** Keeps evictions away from pods whose machine is busy or unheard of: of those, none may go. */
import { controlledBy, type Existing, type KubeObject } from '../cluster/index.ts';
import type { DisruptionBudget } from '../kinds/index.ts';
import { LABEL } from './labels.ts';

/** Which pods: those of a pool, or of one Agent without a pool. `maxUnavailable` works through the Agents' /scale. */
export function disruptionBudget(owner: Existing<KubeObject>, selects: 'pool' | 'agent'): DisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: disruptionBudgetName(owner.metadata.name, selects),
      namespace: owner.metadata.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'spectral-operator' },
      ownerReferences: [controlledBy(owner)],
    },
    spec: {
      maxUnavailable: 0,
      selector: {
        matchLabels: { [LABEL[selects]]: owner.metadata.name },
        matchExpressions: [{ key: LABEL.busy, operator: 'NotIn', values: ['false'] }],
      },
    },
  };
}

export function disruptionBudgetName(name: string, selects: 'pool' | 'agent'): string {
  return `spectral-${selects}-${name}`;
}
