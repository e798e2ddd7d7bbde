/** The status of a pool: its counts and its four conditions. */
import type { AgentPoolStatus } from '../kinds/index.ts';
import { LABEL } from '../objects/labels.ts';
import type { AgentView } from './agent-view.ts';
import { nextConditions, type Judgement } from './conditions.ts';
import type { PoolFacts } from './pool-facts.ts';
import type { PoolSize } from './pool-size.ts';
import type { Reason } from './reasons.ts';

interface Decided {
  readonly size: PoolSize;
  /** Why no machine is made; null when one may be. */
  readonly hold: Reason | null;
  readonly isMoving: boolean;
}

export function poolStatus(facts: PoolFacts, decided: Decided): AgentPoolStatus {
  const { pool, views, now } = facts;
  const present = views.filter(({ standing }) => standing !== 'leaving');
  const count = (test: (view: AgentView) => boolean) => present.filter(test).length;
  const counts = {
    desired: decided.size.desired,
    replicas: present.length,
    ready: count(({ isReady }) => isReady),
    idle: count(({ isReady, standing }) => isReady && standing === 'idle'),
    busy: count(({ standing }) => standing === 'busy'),
    asleep: count(({ standing }) => standing === 'asleep'),
    failed: count(({ standing }) => standing === 'failed'),
    updated: count(({ isOutdated }) => !isOutdated),
  };
  const { generation } = pool.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...counts,
    ...(facts.revision === null ? {} : { revision: facts.revision }),
    selector: `${LABEL.pool}=${pool.metadata.name}`,
    conditions: nextConditions(pool.status?.conditions, judge(counts, decided), { generation, now }),
  };
}

function judge(
  { desired, ready, asleep, replicas }: { desired: number; ready: number; asleep: number; replicas: number },
  { size, hold, isMoving }: Decided,
): Judgement[] {
  const isComplete = ready + asleep >= desired;
  const isStalled = hold === 'PoolStalled';
  return [
    isComplete
      ? { type: 'Available', status: 'True', reason: 'AsWanted' }
      : { type: 'Available', status: 'False', reason: hold ?? 'TooFewReady' },
    isMoving || !isComplete || replicas > desired
      ? { type: 'Progressing', status: 'True', reason: replicas > desired ? 'ScalingDown' : 'ScalingUp' }
      : { type: 'Progressing', status: 'False', reason: 'Stable' },
    limits(size, hold),
    isStalled
      ? { type: 'Stalled', status: 'True', reason: 'TooManyFailures' }
      : { type: 'Stalled', status: 'False', reason: 'WithinBudget' },
  ];
}

function limits({ isLimited }: PoolSize, hold: Reason | null): Judgement {
  const type = 'ScalingLimited';
  if (hold !== null) return { type, status: 'True', reason: hold };
  return isLimited
    ? { type, status: 'True', reason: 'AtMaximum' }
    : { type, status: 'False', reason: 'WithinLimits' };
}
