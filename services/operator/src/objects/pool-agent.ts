/** An Agent as a pool makes it. */
import { controlledBy, type Existing } from '../cluster/index.ts';
import { API_VERSION, type Agent, type AgentPool } from '../kinds/index.ts';
import { LABEL, REVOKE_FINALIZER } from './labels.ts';

export function poolAgent(pool: Existing<AgentPool>, name: string): Agent {
  const { team, visibility } = pool.spec;
  return {
    apiVersion: API_VERSION,
    kind: 'Agent',
    metadata: {
      name,
      namespace: pool.metadata.namespace,
      labels: { [LABEL.pool]: pool.metadata.name, 'app.kubernetes.io/managed-by': 'spectral-operator' },
      finalizers: [REVOKE_FINALIZER],
      ownerReferences: [controlledBy(pool)],
    },
    spec: {
      poolRef: { name: pool.metadata.name },
      team,
      visibility,
      mode: 'Running',
      replicas: 1,
      wakeOn: 'Prompt',
    },
  };
}
