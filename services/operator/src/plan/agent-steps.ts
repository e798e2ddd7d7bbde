/** The next steps towards an intent, and what stands in their way. */
import { MACHINE_TOKEN_LIFE_MS } from '@spectral/proto/wire';
import type { Existing } from '../cluster/index.ts';
import type { Pod } from '../kinds/index.ts';
import { ANNOTATION, LABEL, REVOKE_FINALIZER } from '../objects/labels.ts';
import type { AgentAction } from './agent-action.ts';
import type { AgentFacts } from './agent-facts.ts';
import { drainTimeoutMs, type Intent } from './agent-intent.ts';
import { timeOf } from './conditions.ts';
import { busyLabelOf, cordonOf, isDrained, mayEnd, stateOf } from './judge-machine.ts';
import { judgePod } from './judge-pod.ts';
import type { Reason } from './reasons.ts';

export interface Blocked {
  readonly reason: Reason;
  readonly message?: string;
}

export interface Steps {
  readonly actions: readonly AgentAction[];
  readonly blocked: Blocked | null;
}

/** A token that is renewed this long before its end is good when the process reads it. */
export const RENEW_BEFORE_MS = 60_000;

export function stepsOf(facts: AgentFacts, intent: Intent): Steps {
  if (intent.kind === 'leave') return blocked(intent.reason);
  if (facts.pods.length > 1) return blocked('MultiplePods');
  const steps = stepsTowards(facts, intent);
  return { ...steps, actions: [...steps.actions, ...markBusy(facts, steps.actions)] };
}

/** The machine's id at the gateway, once it has one. */
export function machineIdOf({ agent, fleet }: Pick<AgentFacts, 'agent' | 'fleet'>): string | null {
  return agent.status?.machineId ?? (fleet === 'unknown' ? null : (fleet?.machineId ?? null));
}

function stepsTowards(facts: AgentFacts, intent: Exclude<Intent, { kind: 'leave' }>): Steps {
  switch (intent.kind) {
    case 'run':
      return facts.pods[0] ? free(keepRunning(facts, facts.pods[0])) : startPod(facts);
    case 'replace':
    case 'sleep':
      return free(endPod(facts, { whenBusy: 'wait' }));
    case 'retire':
      return free(retire(facts));
    case 'end':
      return end(facts);
  }
}

function startPod(facts: AgentFacts): Steps {
  const { agent, volume, now, obstacle } = facts;
  if (facts.template === null)
    return blocked(facts.pool === null && agent.spec.poolRef ? 'PoolNotFound' : 'TemplateNotFound');
  if (obstacle !== null && obstacle.until > now) return blocked(obstacle.reason, obstacle.message);
  const before: AgentAction[] = [];
  if (!agent.metadata.finalizers?.includes(REVOKE_FINALIZER)) before.push({ do: 'add-finalizer' });
  if (volume?.metadata.deletionTimestamp !== undefined) return blocked('VolumeLost');
  if (volume === null) before.push({ do: 'create-volume' });
  if (!facts.isGuarded && !agent.spec.poolRef) before.push({ do: 'apply-budget' });
  if (!facts.isFenced) return { actions: before, blocked: { reason: 'NetworkPolicyMissing' } };
  if (facts.poolStalled) return { actions: before, blocked: { reason: 'PoolStalled' } };
  if ((timeOf(agent.status?.backoffUntil) ?? 0) > now)
    return { actions: before, blocked: { reason: 'BackingOff' } };
  return free([...before, { do: 'start-pod' }]);
}

function keepRunning(facts: AgentFacts, pod: Existing<Pod>): AgentAction[] {
  if (pod.metadata.deletionTimestamp !== undefined) return [];
  const machineId = machineIdOf(facts);
  const actions: AgentAction[] = tokenIsSpent(facts, pod) ? [{ do: 'renew-enrolment', pod }] : [];
  if (machineId === null || stateOf(facts) === 'unknown') return actions;
  const isCordoned = cordonOf(facts) !== null;
  const toBeCordoned = facts.agent.spec.mode === 'Cordoned';
  if (toBeCordoned && !isCordoned) return [...actions, { do: 'cordon', machineId }];
  if (!toBeCordoned && isCordoned) return [...actions, { do: 'uncordon', machineId, pod }];
  return actions;
}

/** It is about to read a token that no longer holds. Renewed once a node was found, since volumes are filled then. */
function tokenIsSpent(facts: AgentFacts, pod: Existing<Pod>): boolean {
  const expiresAt = timeOf(pod.metadata.annotations?.[ANNOTATION.enrolmentExpires]);
  if (expiresAt === null || facts.activity === null || stateOf(facts) !== 'unknown') return false;
  return judgePod(pod).isScheduled && expiresAt - facts.now <= RENEW_BEFORE_MS;
}

/** Takes the pod away once no turn is cut by it. */
function endPod(
  facts: AgentFacts,
  { whenBusy, isOverdue = false }: { whenBusy: 'wait' | 'drain'; isOverdue?: boolean },
): AgentAction[] {
  const pod = facts.pods[0];
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return [];
  const machineId = machineIdOf(facts);
  if (mayEnd(facts)) return [{ do: 'delete-pod', pod, proof: proofOf(facts, pod), machineId }];
  if (isOverdue) return [{ do: 'delete-pod', pod, proof: 'timeout', machineId }];
  const [state, cordon] = [stateOf(facts), cordonOf(facts)];
  if (state === 'unknown' || machineId === null) return [];
  if (state === 'busy' && whenBusy === 'wait')
    return cordon === null ? [] : [{ do: 'uncordon', machineId, pod }];
  return cordon === facts.fence ? [] : [{ do: 'cordon', machineId }];
}

function proofOf(facts: AgentFacts, pod: Existing<Pod>): 'drained' | 'no-process' | 'never-enrolled' {
  if (isDrained(facts)) return 'drained';
  const { process } = judgePod(pod);
  return process === 'running' || process === 'unheard' ? 'never-enrolled' : 'no-process';
}

function retire(facts: AgentFacts): AgentAction[] {
  const pod = facts.pods[0];
  if (!pod || mayEnd(facts)) return [{ do: 'delete-agent' }];
  const actions = endPod(facts, { whenBusy: 'wait' });
  return stateOf(facts) === 'busy' ? [...actions, { do: 'keep-agent' }] : actions;
}

function end(facts: AgentFacts): Steps {
  const waitedMs = facts.now - (timeOf(facts.agent.metadata.deletionTimestamp) ?? facts.now);
  const isOverdue = waitedMs >= drainTimeoutMs(facts);
  if (facts.pods.length > 0) return free(endPod(facts, { whenBusy: 'drain', isOverdue }));
  const { obstacle } = facts;
  if (obstacle !== null && obstacle.until > facts.now) return blocked(obstacle.reason, obstacle.message);
  const machineId = machineIdOf(facts);
  // By then no token of the machine is good any more, so nothing is left to revoke in haste.
  const gaveUp = waitedMs >= drainTimeoutMs(facts) + MACHINE_TOKEN_LIFE_MS;
  if (machineId === null && facts.fleet === 'unknown' && !gaveUp) return blocked('GatewayUnreachable');
  const revoke: AgentAction[] = machineId === null || gaveUp ? [] : [{ do: 'revoke', machineId }];
  return free([...revoke, ...releaseVolume(facts), ...dropFinalizer(facts)]);
}

function releaseVolume({ volume }: AgentFacts): AgentAction[] {
  const isKept = volume?.metadata.annotations?.[ANNOTATION.whenDeleted] === 'Retain';
  return volume && isKept && volume.metadata.ownerReferences?.length
    ? [{ do: 'release-volume', volume }]
    : [];
}

function dropFinalizer({ agent }: AgentFacts): AgentAction[] {
  return agent.metadata.finalizers?.includes(REVOKE_FINALIZER) ? [{ do: 'drop-finalizer' }] : [];
}

/** The pod's label follows the relay, unless the pod goes in this very pass. */
function markBusy(facts: AgentFacts, actions: readonly AgentAction[]): AgentAction[] {
  const pod = facts.pods[0];
  const goes = actions.some((action) => action.do === 'delete-pod' || action.do === 'delete-agent');
  if (!pod || goes || pod.metadata.deletionTimestamp !== undefined) return [];
  const busy = busyLabelOf(facts);
  return pod.metadata.labels?.[LABEL.busy] === busy ? [] : [{ do: 'mark-busy', pod, busy }];
}

function free(actions: readonly AgentAction[]): Steps {
  return { actions, blocked: null };
}

function blocked(reason: Reason, message?: string): Steps {
  return { actions: [], blocked: { reason, ...(message === undefined ? {} : { message }) } };
}
