/** The plan for a template: whether it can be used, its revision, and the network policy its machines need. Pure. */
import type { Existing } from '../cluster/index.ts';
import type { AgentTemplate, AgentTemplateStatus, NetworkPolicy } from '../kinds/index.ts';
import { orderedJson, revisionOf } from '../objects/revision.ts';
import { nextConditions, type Judgement } from './conditions.ts';

export interface TemplateFacts {
  readonly template: Existing<AgentTemplate>;
  readonly usedBy: number;
  readonly policy: Existing<NetworkPolicy> | null;
  readonly wantedPolicy: NetworkPolicy;
  readonly now: number;
}

export interface TemplatePlan {
  readonly applyPolicy: boolean;
  readonly status: AgentTemplateStatus;
}

export function planTemplate(facts: TemplateFacts): TemplatePlan {
  const { template, policy, wantedPolicy, usedBy, now } = facts;
  const applyPolicy = !isApplied(policy, wantedPolicy) && template.metadata.deletionTimestamp === undefined;
  const { generation } = template.metadata;
  const judged: Judgement[] = [
    accepted(template),
    applyPolicy
      ? { type: 'NetworkPolicyReady', status: 'False', reason: 'NetworkPolicyMissing' }
      : { type: 'NetworkPolicyReady', status: 'True', reason: 'Applied' },
  ];
  return {
    applyPolicy,
    status: {
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      revision: revisionOf(template),
      usedBy,
      conditions: nextConditions(template.status?.conditions, judged, { generation, now }),
    },
  };
}

/** What keeps machines from being made of it; null when nothing does. The API server's rules say the same where it has them. */
export function templateFault({ spec }: AgentTemplate): string | null {
  const { pod, isolation } = spec;
  if (!pod.allowTags && !pod.image.includes('@sha256:'))
    return `The image ${pod.image} names no digest; give registry/agent@sha256:… or set allowTags: true.`;
  if (isolation.profile === 'Sandboxed' && pod.runtimeClassName === undefined)
    return 'The profile Sandboxed needs pod.runtimeClassName.';
  return null;
}

/** The cluster has the policy just as wanted; one that was changed by hand is put right. */
export function isApplied(policy: Existing<NetworkPolicy> | null, wanted: NetworkPolicy): boolean {
  return policy !== null && orderedJson(policy.spec) === orderedJson(wanted.spec);
}

function accepted(template: AgentTemplate): Judgement {
  const fault = templateFault(template);
  return fault === null
    ? { type: 'Accepted', status: 'True', reason: 'Accepted' }
    : { type: 'Accepted', status: 'False', reason: 'Invalid', message: fault };
}
