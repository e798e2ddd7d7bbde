/** The plan for a pool: which Agents to make, to retire and to release, and its status. Pure. */
import type { Existing } from '../cluster/index.ts';
import { millisecondsOf, type Agent, type AgentPool, type AgentPoolStatus } from '../kinds/index.ts';
import { ANNOTATION } from '../objects/labels.ts';
import type { AgentView } from './agent-view.ts';
import { timeOf } from './conditions.ts';
import type { PlannedEvent } from './planned-event.ts';
import type { PoolFacts } from './pool-facts.ts';
import { excessOf, poolSize } from './pool-size.ts';
import { poolStatus } from './pool-status.ts';
import type { Reason } from './reasons.ts';

export type PoolAction =
  /** Makes Agents of these names, in growing batches. */
  | { readonly do: 'create'; readonly names: readonly string[] }
  | { readonly do: 'retire'; readonly agent: Existing<Agent>; readonly reason: Reason }
  /** The claim is over and the machine stays with its owner. */
  | { readonly do: 'release'; readonly agent: Existing<Agent> };

export interface PoolPlan {
  readonly actions: readonly PoolAction[];
  readonly status: AgentPoolStatus;
  readonly events: readonly PlannedEvent[];
  readonly lookAgainMs: number | null;
}

/** So many Agents are made in one pass at most. */
const MAX_CREATES = 20;

export function planPool(facts: PoolFacts): PoolPlan {
  const { pool, views, now } = facts;
  const size = poolSize(pool, views, facts.waitingClaims);
  const hold = whyNotGrow(facts);
  const mayAct = facts.outstanding === 0 && !isPaused(pool) && pool.metadata.deletionTimestamp === undefined;
  const names = mayAct && hold === null ? namesToCreate(facts, size) : [];
  const leaving = mayAct ? leavers(facts, size) : [];
  const actions = [...leaving, ...(names.length === 0 ? [] : [{ do: 'create', names } as const])];
  return {
    actions,
    status: poolStatus(facts, { size, hold, isMoving: actions.length > 0 }),
    events: eventsOf(actions),
    lookAgainMs: lookAgainMs(facts, now),
  };
}

export function isPaused({ metadata }: Existing<AgentPool>): boolean {
  return metadata.annotations?.[ANNOTATION.paused] === 'true';
}

/** Whether too many machines of the pool failed lately. */
export function isStalled(
  pool: Existing<AgentPool>,
  agents: readonly Existing<Agent>[],
  now: number,
): boolean {
  const { window, budget } = pool.spec.failure;
  const windowMs = millisecondsOf(window);
  const failures = agents.flatMap(({ status }) => status?.failures ?? []);
  return failures.filter((text) => now - (timeOf(text) ?? 0) < windowMs).length >= budget;
}

function whyNotGrow({ template, views, obstacle, pool, now }: PoolFacts): Reason | null {
  if (template === null) return 'TemplateNotFound';
  if (views.some(({ isUnschedulable }) => isUnschedulable)) return 'Unschedulable';
  if (obstacle !== null && obstacle.until > now) return obstacle.reason;
  const agents = views.map(({ agent }) => agent);
  return isStalled(pool, agents, now) ? 'PoolStalled' : null;
}

function namesToCreate(
  { pool, views }: PoolFacts,
  { desired, limit }: ReturnType<typeof poolSize>,
): string[] {
  const present = views.filter(({ standing }) => standing !== 'leaving').length;
  const step = pool.spec.autoscale?.scaleUpStep ?? MAX_CREATES;
  const count = Math.min(desired - present, limit - views.length, step, MAX_CREATES);
  return freeNames(pool.metadata.name, new Set(views.map(({ agent }) => agent.metadata.name)), count);
}

/**
 * The lowest free numbers. Whoever makes them from an old view of the pool asks for names that are taken, so nothing is
 * ever made twice.
 */
function freeNames(pool: string, taken: ReadonlySet<string>, count: number): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number += 1) {
    const name = `${pool}-${number}`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}

function leavers(facts: PoolFacts, size: ReturnType<typeof poolSize>): PoolAction[] {
  const ended = facts.views.filter((view) => view.hasEndedClaim && view.standing !== 'leaving');
  const gone = ended.filter(({ agent }) => agent.spec.claimRef?.reuse === 'Never');
  const stay = ended.filter((view) => !gone.includes(view));
  const stale = facts.views.filter((view) => isForgotten(view, facts));
  const excess = excessOf(facts.pool, facts.views, { size, now: facts.now });
  const retire = new Set([...gone, ...stale, ...excess].map(({ agent }) => agent));
  return [
    ...[...retire].map((agent) => ({ do: 'retire', agent, reason: 'Retiring' }) as const),
    ...stay.map(({ agent }) => ({ do: 'release', agent }) as const).filter(({ agent }) => !retire.has(agent)),
  ];
}

/** It has slept for longer than the template's deleteAfter. */
function isForgotten({ agent, standing }: AgentView, { template, now }: PoolFacts): boolean {
  const after = template?.spec.lifecycle.deleteAfter;
  const since = timeOf(agent.status?.hibernatedAt);
  return (
    standing === 'asleep' && after !== undefined && since !== null && now - since >= millisecondsOf(after)
  );
}

function eventsOf(actions: readonly PoolAction[]): PlannedEvent[] {
  const retiring = actions.filter((action) => action.do === 'retire').length;
  return actions
    .flatMap((action): PlannedEvent[] =>
      action.do === 'create'
        ? [{ type: 'Normal', reason: 'ScalingUp', message: `Makes ${action.names.length} machines.` }]
        : [],
    )
    .concat(
      retiring === 0
        ? []
        : [
            {
              type: 'Normal',
              reason: 'ScalingDown',
              message: `Retires ${retiring} machines once no turn runs.`,
            },
          ],
    );
}

function lookAgainMs({ pool, template, views, obstacle }: PoolFacts, now: number): number | null {
  const delayMs = millisecondsOf(pool.spec.autoscale?.scaleDownDelay ?? '0s');
  const forgetMs = millisecondsOf(template?.spec.lifecycle.deleteAfter ?? '0s');
  const windowMs = millisecondsOf(pool.spec.failure.window);
  const due = views.flatMap(({ agent, idleSince, isFresh }) => [
    isFresh ? (idleSince ?? Date.parse(agent.metadata.creationTimestamp)) + delayMs : 0,
    (timeOf(agent.status?.hibernatedAt) ?? 0) + forgetMs,
    ...(agent.status?.failures ?? []).map((text) => (timeOf(text) ?? 0) + windowMs),
  ]);
  const ahead = [...due, obstacle?.until ?? 0].filter((time) => time > now);
  return ahead.length === 0 ? null : Math.min(...ahead) - now;
}
