/** The plan for one machine: what to do next, its status, and what people are told. A pure function of what was found. */
import type { FleetMachineState } from '@spectral/proto/wire';
import type { AgentStatus } from '../kinds/index.ts';
import { LABEL } from '../objects/labels.ts';
import type { AgentAction } from './agent-action.ts';
import { agentEvents } from './agent-events.ts';
import type { AgentFacts } from './agent-facts.ts';
import { nextFailures } from './agent-failures.ts';
import { intentOf, type Intent } from './agent-intent.ts';
import { judgeAgent, type Judged } from './agent-judgements.ts';
import { machineIdOf, stepsOf } from './agent-steps.ts';
import { lookAgainMs } from './agent-times.ts';
import { nextConditions, timeText } from './conditions.ts';
import { cordonOf, mayEnd, wasUsed } from './judge-machine.ts';
import type { PlannedEvent } from './planned-event.ts';
import { REASONS } from './reasons.ts';

export interface AgentPlan {
  /** In this order; each stands on those before. */
  readonly actions: readonly AgentAction[];
  readonly status: AgentStatus;
  /** What the gateway shows people. */
  readonly told: FleetMachineState;
  readonly events: readonly PlannedEvent[];
  /** Milliseconds until time alone may change the plan; null for never. */
  readonly lookAgainMs: number | null;
}

export function planAgent(facts: AgentFacts): AgentPlan {
  const intent = intentOf(facts);
  const steps = stepsOf(facts, intent);
  const hibernatedAt = nextHibernatedAt(facts, intent);
  const judged = judgeAgent({ facts, intent, blocked: steps.blocked, hibernatedAt });
  const status = nextStatus(facts, intent, judged, hibernatedAt);
  return {
    actions: steps.actions,
    status,
    told: toldOf(facts, judged),
    events: agentEvents(facts, judged, steps),
    lookAgainMs: lookAgainMs(facts, status, steps),
  };
}

/**
 * Set before the pod goes, so that a machine whose pod is gone is known to sleep and not to be missing a pod. A machine
 * that is woken loses it at once.
 */
function nextHibernatedAt(facts: AgentFacts, intent: Intent): string | undefined {
  const { hibernatedAt } = facts.agent.status ?? {};
  if (intent.kind === 'leave' || intent.kind === 'retire') return hibernatedAt;
  if (intent.kind !== 'sleep') return undefined;
  if (hibernatedAt !== undefined) return hibernatedAt;
  return mayEnd(facts) ? timeText(facts.now) : undefined;
}

function nextStatus(
  facts: AgentFacts,
  intent: Intent,
  { phase, conditions }: Judged,
  hibernatedAt: string | undefined,
): AgentStatus {
  const { agent, now } = facts;
  const pod = facts.pods[0];
  const { generation } = agent.metadata;
  const machineId = machineIdOf(facts);
  const revision = pod?.metadata.labels?.[LABEL.revision] ?? agent.status?.revision;
  const isDraining = pod !== undefined && (phase === 'draining' || cordonOf(facts) !== null);
  const status: Writable<AgentStatus> = {
    phase,
    replicas: pod ? 1 : 0,
    selector: `${LABEL.agent}=${agent.metadata.name}`,
    used: wasUsed(facts),
    ...nextFailures(facts, intent),
    conditions: nextConditions(agent.status?.conditions, conditions, { generation, now }),
  };
  if (generation !== undefined) status.observedGeneration = generation;
  if (machineId !== null) status.machineId = machineId;
  if (pod) status.podUID = pod.metadata.uid;
  if (pod?.spec.nodeName !== undefined) status.nodeName = pod.spec.nodeName;
  if (revision !== undefined) status.revision = revision;
  if (hibernatedAt !== undefined) status.hibernatedAt = hibernatedAt;
  if (isDraining) status.drainingSince = agent.status?.drainingSince ?? timeText(now);
  const lastTurn = lastTurnOf(facts);
  if (lastTurn !== undefined) status.lastTurnEndedAt = lastTurn;
  return status;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** In steps of a minute, so that a chat of short turns is not a stream of writes. */
const LAST_TURN_STEP_MS = 60_000;

function lastTurnOf({ agent, activity }: AgentFacts): string | undefined {
  const known = agent.status?.lastTurnEndedAt;
  const ended = activity?.activity?.lastTurnEndedAt ?? null;
  if (ended === null) return known;
  if (known !== undefined && ended - Date.parse(known) < LAST_TURN_STEP_MS) return known;
  return timeText(ended);
}

function toldOf({ agent }: AgentFacts, { phase, cause }: Judged): FleetMachineState {
  const isFine = phase === 'ready' && cause.reason === 'Connected';
  return {
    phase,
    reason: isFine ? '' : cause.reason,
    message: isFine ? '' : (cause.message || REASONS[cause.reason]).slice(0, 500),
    owner: agent.spec.owner ?? null,
  };
}
