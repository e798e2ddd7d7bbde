/** How many machines a pool should have, and which of those it has may go. */
import type { Existing } from '../cluster/index.ts';
import { millisecondsOf, type AgentPool } from '../kinds/index.ts';
import type { AgentView } from './agent-view.ts';

export interface PoolSize {
  /** As many as there should be. */
  readonly desired: number;
  /** More would be wanted than the pool may have. */
  readonly isLimited: boolean;
  /** Never more objects than this, those that leave included. */
  readonly limit: number;
}

export function poolSize(
  pool: Existing<AgentPool>,
  views: readonly AgentView[],
  waitingClaims: number,
): PoolSize {
  const { autoscale, replicas = 1 } = pool.spec;
  if (!autoscale) return { desired: replicas, isLimited: false, limit: replicas };
  const inUse = views.filter((view) => view.standing !== 'leaving' && !isSpare(view)).length;
  const wanted = inUse + autoscale.minIdle + waitingClaims;
  const limit = autoscale.maxAgents;
  return { desired: Math.min(wanted, limit), isLimited: wanted > limit, limit };
}

/**
 * A machine that waits for its first user, or will. Those that failed or are not heard of count, or each would bring
 * another machine.
 */
export function isSpare({ isFresh, standing }: AgentView): boolean {
  return isFresh && standing !== 'leaving' && standing !== 'asleep';
}

/** Machines to take away now, the least missed first. Never one that is busy, unheard of, held or claimed. */
export function excessOf(
  pool: Existing<AgentPool>,
  views: readonly AgentView[],
  { size, now }: { readonly size: PoolSize; readonly now: number },
): AgentView[] {
  const present = views.filter((view) => view.standing !== 'leaving');
  const { autoscale } = pool.spec;
  const surplus = present.length - size.desired;
  if (surplus <= 0) return [];
  const removable = present.filter((view) => isRemovable(view, now)).toSorted(byLoss);
  if (!autoscale) return removable.slice(0, surplus);
  const overLimit = Math.max(0, present.length - size.limit);
  const delayMs = millisecondsOf(autoscale.scaleDownDelay);
  const spent = removable.filter((view) => isSpare(view) && hasWaited(view, now, delayMs)).slice(0, surplus);
  return [...new Set([...removable.slice(0, overLimit), ...spent])].slice(0, surplus);
}

function isRemovable({ agent, standing, hasEndedClaim }: AgentView, now: number): boolean {
  const isHeld = Date.parse(agent.spec.hold?.until ?? '') > now;
  const isClaimed = agent.spec.claimRef !== undefined && !hasEndedClaim;
  return standing !== 'busy' && !isHeld && !isClaimed;
}

/** It has been idle, or on its way, for so long. */
function hasWaited({ idleSince, agent }: AgentView, now: number, delayMs: number): boolean {
  return now - (idleSince ?? Date.parse(agent.metadata.creationTimestamp)) >= delayMs;
}

const ORDER = ['failed', 'starting', 'idle', 'asleep', 'busy', 'leaving'] as const;

function byLoss(one: AgentView, other: AgentView): number {
  return (
    ORDER.indexOf(one.standing) - ORDER.indexOf(other.standing) ||
    Number(other.isOutdated) - Number(one.isOutdated) ||
    Number(other.isFresh) - Number(one.isFresh) ||
    (one.idleSince ?? 0) - (other.idleSince ?? 0) ||
    // The youngest of equals.
    (one.agent.metadata.name < other.agent.metadata.name ? 1 : -1)
  );
}
