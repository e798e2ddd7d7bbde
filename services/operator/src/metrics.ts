/** Shows what the operator counts, and the fleet as it sees it, read at scrape time alone. */
import type { Metrics, Reading } from '@spectral/common';
import type { OperatorCounters } from './counters.ts';
import { conditionOf } from './plan/index.ts';
import type { Polls } from './reconcile/polls.ts';
import type { World } from './reconcile/world.ts';

interface Observed {
  readonly counters: OperatorCounters;
  readonly world: World;
  readonly polls: Pick<Polls, 'machines'>;
  readonly isLeading: () => boolean;
  readonly depths: () => Readonly<Record<string, number>>;
}

/** Returns the way to stop. */
export function observeOperator(metrics: Metrics, observed: Observed): () => void {
  const { counters, world, polls } = observed;
  const sum = (name: string, help: string, read: () => number) => metrics.observeCounter(name, help, read);
  const gauge = (name: string, help: string, read: () => Reading) => metrics.observeGauge(name, help, read);
  const stops = [
    gauge('operator_leading', '1 while this process leads', () => Number(observed.isLeading())),
    gauge('operator_queue_depth', 'Objects that wait to be looked at', () =>
      Object.entries(observed.depths()).map(([kind, value]) => ({ value, labels: { kind } })),
    ),
    gauge('operator_agents', 'Agents by phase and reason', () => agentsByPhase(world)),
    gauge('operator_unknown_busy', 'Machines with a pod of which the relay knows nothing', () =>
      unknownBusy(world),
    ),
    gauge('operator_claims_waiting', 'Claims that have no machine yet', () => waitingClaims(world)),
    gauge('operator_orphan_machines', 'Machines at the gateway without an Agent in a watched namespace', () =>
      orphans(world, polls),
    ),
    sum(
      'operator_cordons_refused',
      'Times a machine that was to end turned out not to be drained',
      () => counters.cordonsRefused,
    ),
    sum('operator_forced_kills', 'Pods deleted although a turn may have run', () => counters.forcedKills),
    sum('operator_hibernations', 'Machines put to sleep', () => counters.hibernations),
    sum('operator_pods_started', 'Pods made', () => counters.podsStarted),
    sum('operator_pods_deleted', 'Pods deleted by the operator', () => counters.podsDeleted),
    sum('operator_agents_created', 'Agents made by pools', () => counters.agentsCreated),
    sum('operator_agents_retired', 'Agents deleted by pools', () => counters.agentsRetired),
    sum('operator_claims_bound', 'Claims that got a machine', () => counters.claimsBound),
    sum('operator_machines_revoked', 'Machines revoked at the gateway', () => counters.machinesRevoked),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function agentsByPhase({ agents }: World): Reading {
  const counts = new Map<string, { value: number; labels: { phase: string; reason: string } }>();
  for (const { status } of agents.all()) {
    const phase = status?.phase ?? 'pending';
    const reason = conditionOf(status?.conditions, 'Ready')?.reason ?? '';
    const entry = counts.get(`${phase} ${reason}`) ?? { value: 0, labels: { phase, reason } };
    counts.set(`${phase} ${reason}`, { ...entry, value: entry.value + 1 });
  }
  return [...counts.values()];
}

function unknownBusy({ agents }: World): number {
  const isUnknown = (type: string, status: string) => type === 'Busy' && status === 'Unknown';
  return agents
    .all()
    .filter(({ status }) =>
      status?.conditions?.some((condition) => isUnknown(condition.type, condition.status)),
    ).length;
}

function waitingClaims({ claims }: World): number {
  return claims.all().filter(({ status }) => status?.phase === undefined || status.phase === 'Pending')
    .length;
}

function orphans({ agents }: World, polls: Pick<Polls, 'machines'>): number {
  return polls.machines().filter(({ uid }) => agents.by('uid', uid).length === 0).length;
}
