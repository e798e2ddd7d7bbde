/** The ten conditions of a machine, its phase, and the one reason that says most. */
import type { FleetPhase } from '@spectral/proto/wire';
import type { AgentStatus } from '../kinds/index.ts';
import type { AgentFacts } from './agent-facts.ts';
import { troubleOf } from './agent-failures.ts';
import { isDeferred, isOutdated, type Intent } from './agent-intent.ts';
import type { Blocked } from './agent-steps.ts';
import { type Judgement, timeOf } from './conditions.ts';
import { cordonOf, isDrained, stateOf } from './judge-machine.ts';
import { judgePod, placelessFrom } from './judge-pod.ts';
import type { Reason } from './reasons.ts';

export interface Judged {
  readonly phase: FleetPhase;
  /** What says most about it: the reason of the condition Ready. */
  readonly cause: Blocked;
  readonly conditions: readonly Judgement[];
}

interface Situation {
  readonly facts: AgentFacts;
  readonly intent: Intent;
  readonly blocked: Blocked | null;
  /** It sleeps, or is about to. */
  readonly hibernatedAt: AgentStatus['hibernatedAt'];
}

export function judgeAgent(situation: Situation): Judged {
  const phase = phaseOf(situation);
  const cause = causeOf(situation, phase);
  return { phase, cause, conditions: conditionsOf(situation, phase, cause) };
}

function phaseOf({ facts, intent, blocked, hibernatedAt }: Situation): FleetPhase {
  const before = facts.agent.status?.phase;
  if (intent.kind === 'end') return 'ending';
  if (intent.kind === 'leave') return before ?? 'pending';
  const pod = facts.pods[0];
  if (!pod && hibernatedAt !== undefined) return 'asleep';
  const state = stateOf(facts);
  if (pod && (cordonOf(facts) !== null || isLeaving(facts, intent))) return 'draining';
  if (pod && state !== 'unknown') return 'ready';
  if (pod && facts.activity === null && before === 'ready') return 'ready';
  if (isFailed(facts, intent)) return 'failed';
  if (before === 'asleep' || before === 'waking') return 'waking';
  return pod && !isPlaceless(facts) ? 'starting' : startingOrPending(blocked);
}

function startingOrPending(blocked: Blocked | null): FleetPhase {
  return blocked === null ? 'starting' : 'pending';
}

/** Its pod is being taken away. */
function isLeaving({ pods, activity }: AgentFacts, intent: Intent): boolean {
  const isTerminating = pods[0]?.metadata.deletionTimestamp !== undefined;
  return isTerminating || (intent.kind !== 'run' && activity?.state === 'drained');
}

function isFailed(facts: AgentFacts, intent: Intent): boolean {
  if (troubleOf(facts, intent)?.counts) return true;
  return (timeOf(facts.agent.status?.backoffUntil) ?? 0) > facts.now && facts.pods.length === 0;
}

function causeOf({ facts, intent, blocked, hibernatedAt }: Situation, phase: FleetPhase): Blocked {
  if (blocked !== null && blocked.reason !== 'BackingOff') return blocked;
  const trouble = troubleOf(facts, intent) ?? facts.agent.status?.lastFailure ?? null;
  if (phase === 'failed' && trouble !== null) return { ...trouble, reason: trouble.reason as Reason };
  if (phase === 'asleep') return { reason: sleepReason(facts, intent) };
  if (phase === 'waking') return { reason: 'Waking' };
  if (phase === 'ending') return { reason: 'Deleted' };
  if (phase === 'draining') return { reason: leavingReason(facts, intent, hibernatedAt) };
  if (phase === 'ready')
    return stateOf(facts) === 'unknown' ? { reason: 'RelayUnreachable' } : { reason: 'Connected' };
  return startingCause(facts);
}

function sleepReason({ agent }: AgentFacts, intent: Intent): Reason {
  if (intent.kind === 'sleep') return intent.reason;
  return agent.spec.mode === 'Hibernated' ? 'Requested' : 'IdleTimeout';
}

function leavingReason(facts: AgentFacts, intent: Intent, hibernatedAt: string | undefined): Reason {
  if (intent.kind !== 'run') return intent.reason;
  if (facts.agent.spec.mode === 'Cordoned') return 'Requested';
  return hibernatedAt === undefined ? 'Draining' : 'IdleTimeout';
}

function isPlaceless({ pods: [pod], now }: AgentFacts): boolean {
  const from = pod ? placelessFrom(pod) : null;
  return from !== null && from <= now;
}

function startingCause(facts: AgentFacts): Blocked {
  const { pods, activity } = facts;
  const pod = pods[0];
  if (!pod) return { reason: 'Starting' };
  const { trouble, process } = judgePod(pod);
  if (trouble) return trouble;
  if (isPlaceless(facts)) return { reason: 'Unschedulable', ...schedulerMessage(pod) };
  const wasThere = process === 'running' && activity !== null && activity.lastSeenAt !== null;
  return { reason: wasThere ? 'RelayUnreachable' : 'Starting' };
}

function schedulerMessage(pod: AgentFacts['pods'][number]): { message?: string } {
  const message = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  return message === undefined ? {} : { message };
}

function conditionsOf(situation: Situation, phase: FleetPhase, cause: Blocked): Judgement[] {
  const { facts, intent } = situation;
  const judgements = [
    accepted(cause),
    workspaceReady(facts),
    podScheduled(facts, cause),
    podReady(facts, cause),
    registered(facts, cause),
    busy(facts),
    drained(facts),
    hibernated(situation, phase),
    upToDate(facts, intent),
  ];
  const ready = { type: 'Ready', status: phase === 'ready' ? 'True' : 'False', ...cause } as const;
  return [...judgements, ready];
}

const NOT_ACCEPTED: readonly Reason[] = [
  'TemplateNotFound',
  'PoolNotFound',
  'NameTaken',
  'MultiplePods',
  'TokenRejected',
];

function accepted(cause: Blocked): Judgement {
  if (NOT_ACCEPTED.includes(cause.reason)) return { type: 'Accepted', status: 'False', ...cause };
  return { type: 'Accepted', status: 'True', reason: 'Accepted' };
}

function workspaceReady({ volume }: AgentFacts): Judgement {
  const type = 'WorkspaceReady';
  if (volume?.metadata.deletionTimestamp !== undefined || volume?.status?.phase === 'Lost')
    return { type, status: 'False', reason: 'VolumeLost' };
  if (volume?.status?.phase === 'Bound') return { type, status: 'True', reason: 'AsWanted' };
  return { type, status: 'Unknown', reason: 'VolumePending' };
}

function podScheduled({ pods }: AgentFacts, cause: Blocked): Judgement {
  const pod = pods[0];
  if (pod && judgePod(pod).isScheduled) return { type: 'PodScheduled', status: 'True', reason: 'AsWanted' };
  return { type: 'PodScheduled', status: 'False', ...cause };
}

function podReady({ pods }: AgentFacts, cause: Blocked): Judgement {
  const pod = pods[0];
  const process = pod ? judgePod(pod).process : null;
  if (process === 'running') return { type: 'PodReady', status: 'True', reason: 'AsWanted' };
  if (process === 'unheard') return { type: 'PodReady', status: 'Unknown', reason: 'NodeLost' };
  return { type: 'PodReady', status: 'False', ...cause };
}

function registered(facts: AgentFacts, cause: Blocked): Judgement {
  const type = 'Registered';
  if (facts.pods.length === 0) return { type, status: 'False', ...cause };
  if (facts.activity === null) return { type, status: 'Unknown', reason: 'RelayUnreachable' };
  if (stateOf(facts) !== 'unknown') return { type, status: 'True', reason: 'Connected' };
  return { type, status: 'False', ...cause };
}

function busy(facts: AgentFacts): Judgement {
  const type = 'Busy';
  const state = stateOf(facts);
  if (facts.pods.length === 0) return { type, status: 'False', reason: 'Idle' };
  if (state === 'unknown') return { type, status: 'Unknown', reason: 'RelayUnreachable' };
  return state === 'busy'
    ? { type, status: 'True', reason: 'TurnRuns' }
    : { type, status: 'False', reason: 'Idle' };
}

function drained(facts: AgentFacts): Judgement {
  const type = 'Drained';
  if (isDrained(facts)) return { type, status: 'True', reason: 'Drained' };
  return { type, status: 'False', reason: cordonOf(facts) === null ? 'Working' : 'Draining' };
}

function hibernated({ facts, intent }: Situation, phase: FleetPhase): Judgement {
  const type = 'Hibernated';
  if (phase === 'asleep') return { type, status: 'True', reason: sleepReason(facts, intent) };
  return { type, status: 'False', reason: intent.kind === 'sleep' ? 'Draining' : 'Working' };
}

function upToDate(facts: AgentFacts, intent: Intent): Judgement {
  const type = 'UpToDate';
  if (!isOutdated(facts)) return { type, status: 'True', reason: 'AsWanted' };
  if (intent.kind === 'replace') return { type, status: 'False', reason: 'Updating' };
  if (facts.pool?.spec.update.type === 'Never') return { type, status: 'False', reason: 'NeverUpdates' };
  if (isDeferred(facts)) return { type, status: 'False', reason: 'UpdateDeferred' };
  return { type, status: 'False', reason: facts.mayUpdate ? 'WaitsForTurn' : 'WaitsForOthers' };
}
