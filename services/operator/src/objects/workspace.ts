/** The volume of a machine. */
import { controlledBy, type Existing } from '../cluster/index.ts';
import type { Agent, AgentTemplate, VolumeClaim } from '../kinds/index.ts';
import { ANNOTATION, LABEL } from './labels.ts';

/** Bears part of the Agent's uid: a later Agent of the same name never finds the disk of an earlier one. */
export function volumeNameOf(agent: Existing<Agent>): string {
  return `${agent.metadata.name}-${agent.metadata.uid.slice(-8)}`;
}

/** Goes with the Agent, unless it is released first. */
export function workspaceVolume(agent: Existing<Agent>, template: Existing<AgentTemplate>): VolumeClaim {
  const { workspace } = template.spec;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: volumeNameOf(agent),
      namespace: agent.metadata.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'spectral-operator',
        [LABEL.agent]: agent.metadata.name,
        ...(agent.spec.poolRef ? { [LABEL.pool]: agent.spec.poolRef.name } : {}),
      },
      annotations: { [ANNOTATION.whenDeleted]: workspace.whenDeleted },
      ownerReferences: [controlledBy(agent)],
    },
    spec: {
      accessModes: [workspace.accessMode],
      resources: { requests: { storage: workspace.size } },
      ...(workspace.storageClassName === undefined ? {} : { storageClassName: workspace.storageClassName }),
    },
  };
}
