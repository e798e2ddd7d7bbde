/** The plan for a claim: which machine it gets, and when it is over. Pure. */
import type { Existing } from '../cluster/index.ts';
import { millisecondsOf, type Agent, type AgentClaim, type AgentClaimStatus } from '../kinds/index.ts';
import type { AgentView } from './agent-view.ts';
import { nextConditions, timeOf, timeText, type Judgement } from './conditions.ts';
import type { PlannedEvent } from './planned-event.ts';
import { REASONS, type Reason } from './reasons.ts';

export interface ClaimFacts {
  readonly claim: Existing<AgentClaim>;
  /** Whether its pool is there. */
  readonly hasPool: boolean;
  /** The machines of that pool. */
  readonly views: readonly AgentView[];
  readonly now: number;
}

export interface ClaimPlan {
  /** Agents to try in this order: the first that can be changed in its present version gets bound. */
  readonly candidates: readonly Existing<Agent>[];
  readonly status: AgentClaimStatus;
  readonly events: readonly PlannedEvent[];
  readonly lookAgainMs: number | null;
}

export function planClaim(facts: ClaimFacts): ClaimPlan {
  const { claim, now } = facts;
  if (claim.status?.phase === 'Expired') return settled(claim.status);
  const held = facts.views.find(({ agent }) => agent.spec.claimRef?.uid === claim.metadata.uid);
  if (held) return bound(facts, held);
  if (claim.status?.phase === 'Bound') return over(facts, 'AgentLost');
  const candidates = candidatesFor(facts);
  const reason: Reason = facts.hasPool ? 'NoFreeAgent' : 'PoolNotFound';
  const judged: Judgement[] = [
    { type: 'Bound', status: 'False', reason },
    { type: 'Expired', status: 'False', reason: 'NotExpired' },
  ];
  return {
    candidates,
    status: statusOf(claim, { phase: 'Pending' }, judged, now),
    events: [],
    lookAgainMs: null,
  };
}

/** Machines it could get: first one of the same person, then fresh ones; the newest revision first, then the oldest. */
function candidatesFor({ claim, views }: ClaimFacts): Existing<Agent>[] {
  const { requestedBy } = claim.spec;
  const own = views.filter(
    ({ agent, standing }) =>
      agent.spec.owner === requestedBy &&
      !agent.spec.claimRef &&
      standing !== 'leaving' &&
      standing !== 'failed',
  );
  const fresh = views.filter((view) => view.isFresh && view.isReady && view.standing === 'idle');
  return [...own.toSorted(byRevisionAndAge), ...fresh.toSorted(byRevisionAndAge)].map(({ agent }) => agent);
}

function byRevisionAndAge(one: AgentView, other: AgentView): number {
  return (
    Number(one.isOutdated) - Number(other.isOutdated) ||
    Date.parse(one.agent.metadata.creationTimestamp) - Date.parse(other.agent.metadata.creationTimestamp) ||
    (one.agent.metadata.name < other.agent.metadata.name ? -1 : 1)
  );
}

function bound(facts: ClaimFacts, held: AgentView): ClaimPlan {
  const { claim, now } = facts;
  const boundAt = timeOf(claim.status?.boundAt) ?? now;
  const ends = endsAt(claim, held, boundAt);
  const passed = ends.find(({ at }) => at !== null && at <= now);
  if (passed) return over(facts, passed.reason);
  const isNew = claim.status?.phase !== 'Bound';
  const { ttl } = claim.spec;
  const { machineId } = held.agent.status ?? {};
  const fields: AgentClaimStatus = {
    phase: 'Bound',
    agentRef: { name: held.agent.metadata.name, uid: held.agent.metadata.uid },
    ...(machineId === undefined ? {} : { machineId }),
    boundAt: timeText(boundAt),
    waitedMs: claim.status?.waitedMs ?? Math.max(0, now - Date.parse(claim.metadata.creationTimestamp)),
    ...(ttl === undefined ? {} : { expiresAt: timeText(boundAt + millisecondsOf(ttl)) }),
  };
  const judged: Judgement[] = [
    { type: 'Bound', status: 'True', reason: 'Bound' },
    { type: 'Expired', status: 'False', reason: 'NotExpired' },
  ];
  const ahead = ends.flatMap(({ at }) => (at === null ? [] : [at - now]));
  return {
    candidates: [],
    status: statusOf(claim, fields, judged, now),
    events: isNew ? [event('Normal', 'Bound', `Got ${held.agent.metadata.name}.`)] : [],
    lookAgainMs: ahead.length === 0 ? null : Math.min(...ahead),
  };
}

function endsAt(claim: Existing<AgentClaim>, held: AgentView, boundAt: number) {
  const { ttl, idleTtl } = claim.spec;
  const idle = held.standing === 'asleep' ? timeOf(held.agent.status?.hibernatedAt) : held.idleSince;
  const idleFrom = idle === null ? null : Math.max(idle, boundAt);
  return [
    { reason: 'TtlPassed', at: ttl === undefined ? null : boundAt + millisecondsOf(ttl) },
    {
      reason: 'IdleTtlPassed',
      at: idleTtl === undefined || idleFrom === null ? null : idleFrom + millisecondsOf(idleTtl),
    },
  ] as const;
}

function over({ claim, now }: ClaimFacts, reason: Reason): ClaimPlan {
  const { boundAt, waitedMs, agentRef } = claim.status ?? {};
  const fields: AgentClaimStatus = {
    phase: 'Expired',
    ...(agentRef === undefined ? {} : { agentRef }),
    ...(boundAt === undefined ? {} : { boundAt }),
    ...(waitedMs === undefined ? {} : { waitedMs }),
  };
  const judged: Judgement[] = [
    { type: 'Bound', status: 'False', reason },
    { type: 'Expired', status: 'True', reason },
  ];
  const type = reason === 'AgentLost' ? 'Warning' : 'Normal';
  return {
    candidates: [],
    status: statusOf(claim, fields, judged, now),
    events: [event(type, reason, REASONS[reason])],
    lookAgainMs: null,
  };
}

function settled(status: AgentClaimStatus): ClaimPlan {
  return { candidates: [], status, events: [], lookAgainMs: null };
}

function statusOf(
  claim: Existing<AgentClaim>,
  fields: AgentClaimStatus,
  judged: readonly Judgement[],
  now: number,
): AgentClaimStatus {
  const { generation } = claim.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...fields,
    conditions: nextConditions(claim.status?.conditions, judged, { generation, now }),
  };
}

function event(type: 'Normal' | 'Warning', reason: Reason, message: string): PlannedEvent {
  return { type, reason, message };
}
