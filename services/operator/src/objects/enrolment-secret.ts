/** The Secret with which a machine gets its identity, once. */
import { controlledBy, type Existing } from '../cluster/index.ts';
import type { Agent, Secret } from '../kinds/index.ts';
import { LABEL } from './labels.ts';

export function enrolmentSecretName(agent: Existing<Agent>): string {
  return `${agent.metadata.name}-enrolment`;
}

/** Owned by the Agent. The token is good for one machine, once, for ten minutes. */
export function enrolmentSecret(agent: Existing<Agent>, token: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: enrolmentSecretName(agent),
      namespace: agent.metadata.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'spectral-operator', [LABEL.agent]: agent.metadata.name },
      ownerReferences: [controlledBy(agent)],
    },
    type: 'Opaque',
    stringData: { token },
  };
}
