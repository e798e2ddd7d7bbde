/** One machine as pools and claims count it. */
import type { MachineActivity } from '@spectral/proto/wire';
import type { Existing } from '../cluster/index.ts';
import type { Agent, AgentClaim, Pod } from '../kinds/index.ts';
import { ANNOTATION } from '../objects/labels.ts';
import { isOutdated } from './agent-intent.ts';
import { cordonOf, idleSince, stateOf, wasUsed } from './judge-machine.ts';
import { judgePod } from './judge-pod.ts';

/** `leaving`: it retires or ends. `busy` also stands for a machine that ran and is not heard of. */
export type Standing = 'starting' | 'idle' | 'busy' | 'asleep' | 'failed' | 'leaving';

export interface AgentView {
  readonly agent: Existing<Agent>;
  readonly standing: Standing;
  /** It takes prompts. */
  readonly isReady: boolean;
  /** Nobody has it and nobody ever used it, as far as the relay knows. */
  readonly isFresh: boolean;
  readonly isUnschedulable: boolean;
  readonly isOutdated: boolean;
  /** It is being drained to be swapped, put to sleep or taken away. */
  readonly isCordoned: boolean;
  /** Milliseconds since 1970; null while a turn runs or nothing is known. */
  readonly idleSince: number | null;
  /** The claim it was given to is over, or gone. */
  readonly hasEndedClaim: boolean;
}

export interface ViewFacts {
  readonly agent: Existing<Agent>;
  readonly pods: readonly Existing<Pod>[];
  readonly activity: MachineActivity | null;
  /** The claim that its claimRef names, by uid. */
  readonly claim: Existing<AgentClaim> | null;
  /** Of the template as it is now. */
  readonly revision: string | null;
}

export function viewOf(facts: ViewFacts): AgentView {
  const { agent, pods, claim } = facts;
  const standing = standingOf(facts);
  const pod = pods[0];
  const isCordoned = cordonOf(facts) !== null;
  return {
    agent,
    standing,
    isReady: (standing === 'idle' || (standing === 'busy' && stateOf(facts) === 'busy')) && !isCordoned,
    isFresh: agent.spec.owner === undefined && !agent.spec.claimRef && !wasUsed(facts),
    isUnschedulable: pod !== undefined && judgePod(pod).isUnschedulable,
    isOutdated: isOutdated(facts),
    isCordoned,
    idleSince: idleSince(facts),
    hasEndedClaim: agent.spec.claimRef !== undefined && (claim === null || claim.status?.phase === 'Expired'),
  };
}

function standingOf(facts: ViewFacts): Standing {
  const { agent, pods, activity } = facts;
  const { deletionTimestamp, annotations } = agent.metadata;
  if (deletionTimestamp !== undefined || annotations?.[ANNOTATION.retire] !== undefined) return 'leaving';
  const pod = pods[0];
  if (!pod && agent.status?.hibernatedAt !== undefined) return 'asleep';
  const state = stateOf(facts);
  if (state === 'busy') return 'busy';
  if (state !== 'unknown') return 'idle';
  const process = pod ? judgePod(pod).process : 'not-started';
  const wasSeen = activity === null || activity.lastSeenAt !== null;
  if ((process === 'running' || process === 'unheard') && wasSeen) return 'busy';
  return agent.status?.phase === 'failed' ? 'failed' : 'starting';
}
