/** One pool, from what is found to what is done about it. */
import { isClusterError, keyOf, partsOfKey, type Existing, type MergePatch } from '../cluster/index.ts';
import { AGENTS, AGENT_POOLS, type Agent, type AgentPool } from '../kinds/index.ts';
import { ANNOTATION } from '../objects/labels.ts';
import { poolAgent } from '../objects/pool-agent.ts';
import { revisionOf } from '../objects/revision.ts';
import { planPool, type Obstacle, type PoolAction } from '../plan/index.ts';
import { templateNamed, viewsOf } from './found.ts';
import { RECHECK_MS, soonest, type Kit } from './kit.ts';
import { obstacleOf } from './obstacles.ts';

export function createPoolReconciler(kit: Kit) {
  const { world, expectations, timers } = kit;
  const obstacles = new Map<string, Obstacle>();

  const planOf = (pool: Existing<AgentPool>, key: string) => {
    const template = templateNamed(kit, pool.metadata.namespace, pool.spec.templateRef.name);
    const views = viewsOf(kit, pool);
    const stale = views.filter(({ agent }) => kit.freshness.isStale(agent)).length;
    const now = timers.now();
    return planPool({
      pool,
      template,
      revision: template && revisionOf(template),
      views,
      waitingClaims: waitingClaims(kit, key),
      outstanding: stale + expectations.outstanding(key),
      obstacle: obstacles.get(key) ?? null,
      now,
    });
  };

  /** Gives the milliseconds until it should run again. */
  return async (key: string): Promise<number | void> => {
    const { namespace, name } = partsOfKey(key);
    const pool = world.pools.get(namespace, name);
    if (!pool) {
      expectations.forget(key);
      obstacles.delete(key);
      return undefined;
    }
    if (kit.freshness.isStale(pool)) return RECHECK_MS;
    await kit.guards.ensure(pool, 'pool');
    const plan = planOf(pool, key);
    try {
      for (const action of plan.actions) await act(kit, pool, action);
      obstacles.delete(key);
    } catch (error) {
      const obstacle = obstacleOf(error, timers.now());
      if (obstacle === null) throw error;
      obstacles.set(key, obstacle);
      return RECHECK_MS;
    }
    for (const event of plan.events) kit.events.record(pool, event);
    const writeAgainMs = await kit.statuses.write(AGENT_POOLS, pool, {
      status: plan.status,
      haste: 'soon',
    });
    return soonest(plan.lookAgainMs, writeAgainMs);
  };
}

/** Claims that hold no machine and are not over. */
function waitingClaims({ world }: Kit, key: string): number {
  return world.claims.by('pool', key).filter(({ metadata, status }) => {
    const isOver = status?.phase === 'Expired' || status?.phase === 'Bound';
    return !isOver && world.agents.by('claim', metadata.uid).length === 0;
  }).length;
}

async function act(kit: Kit, pool: Existing<AgentPool>, action: PoolAction): Promise<void> {
  switch (action.do) {
    case 'create':
      return createInBatches(kit, pool, action.names);
    case 'retire':
      return change(kit, action.agent, { metadata: { annotations: { [ANNOTATION.retire]: action.reason } } });
    case 'release':
      return change(kit, action.agent, { spec: { claimRef: null } });
  }
}

/** One, then two, then four at a time: where the first is refused, the rest is not asked for. */
async function createInBatches(kit: Kit, pool: Existing<AgentPool>, names: readonly string[]): Promise<void> {
  for (let from = 0, size = 1; from < names.length; from += size, size *= 2) {
    const outcomes = await Promise.allSettled(
      names.slice(from, from + size).map((name) => createOne(kit, pool, name)),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function createOne(
  { cluster, expectations, counters }: Kit,
  pool: Existing<AgentPool>,
  name: string,
): Promise<void> {
  const key = keyOf(pool.metadata.namespace, pool.metadata.name);
  const expected = agentAdded(name);
  expectations.expect(key, expected);
  try {
    await cluster.create(AGENTS, poolAgent(pool, name));
    counters.agentsCreated += 1;
  } catch (error) {
    expectations.settle(key, expected);
    // Of an earlier view of the pool, or of an earlier leader: it is there, which is all that is wanted.
    if (!isClusterError(error, 'already-exists')) throw error;
  }
}

/** What a pool expects of the watch. */
export function agentAdded(name: string): string {
  return `agent ${name}`;
}

async function change(
  { cluster, freshness }: Kit,
  agent: Existing<Agent>,
  { metadata, ...rest }: MergePatch,
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = agent.metadata;
  const patch = { metadata: { uid, resourceVersion, ...metadata }, ...rest };
  try {
    freshness.wrote(await cluster.mergePatch(AGENTS, namespace, name, patch));
  } catch (error) {
    // Someone else changed it meanwhile, perhaps a claim: the next plan looks again.
    if (!isClusterError(error, 'conflict', 'not-found')) throw error;
  }
}
