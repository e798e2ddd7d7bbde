/** One machine, from what is found to what is done about it. */
import { keyOf, partsOfKey, type Existing } from '../cluster/index.ts';
import { AGENTS, type Agent } from '../kinds/index.ts';
import {
  planAgent,
  type AgentAction,
  type AgentFacts,
  type AgentPlan,
  type Obstacle,
} from '../plan/index.ts';
import { doAgentAction } from './agent-work.ts';
import { factsOf } from './found.ts';
import { RECHECK_MS, soonest, type Kit } from './kit.ts';
import { obstacleOf } from './obstacles.ts';
import type { Haste } from './status-writer.ts';

export function createAgentReconciler(kit: Kit) {
  const { world, freshness, expectations, timers } = kit;
  /** By key, what was refused last. */
  const obstacles = new Map<string, Obstacle>();

  const isBehind = (agent: Existing<Agent>, key: string) =>
    freshness.isStale(agent) ||
    expectations.outstanding(key) > 0 ||
    world.pods.by('owner', agent.metadata.uid).some((pod) => freshness.isStale(pod));
  const find = (agent: Existing<Agent>, key: string): AgentFacts => {
    const now = timers.now();
    const obstacle = obstacles.get(key) ?? null;
    if (obstacle && obstacle.until <= now) obstacles.delete(key);
    const isGuarded = kit.guards.isEnsured(agent);
    return factsOf(kit, agent, { obstacle, isGuarded, fence: kit.leader.assertLeading(), now });
  };
  /** Gives what was refused; null when all was done. */
  const act = async (facts: AgentFacts, plan: AgentPlan, key: string): Promise<Obstacle | null> => {
    for (const action of plan.actions) {
      try {
        await doAgentAction(kit, facts, action);
      } catch (error) {
        const obstacle = obstacleOf(error, timers.now(), ASKS_RELAY.has(action.do) ? 'relay' : 'gateway');
        if (obstacle === null) throw error;
        obstacles.set(key, obstacle);
        return obstacle;
      }
    }
    return null;
  };

  /** Gives the milliseconds until it should run again. */
  return async (key: string): Promise<number | void> => {
    const { namespace, name } = partsOfKey(key);
    const agent = world.agents.get(namespace, name);
    if (!agent) {
      expectations.forget(key);
      obstacles.delete(key);
      return undefined;
    }
    if (isBehind(agent, key)) return RECHECK_MS;
    const facts = find(agent, key);
    const plan = planAgent(facts);
    // What a deletion stands on, such as a failure or that it sleeps, must be known before the pod is gone.
    const endsSomething = plan.actions.some(
      ({ do: what }) => what === 'delete-pod' || what === 'delete-agent',
    );
    if (endsSomething) await write(kit, agent, plan, 'now');
    const obstacle = await act(facts, plan, key);
    // After a refusal people are told what follows from it, and nothing is tried again before its time.
    const told = obstacle === null ? plan : planAgent(find(agent, key));
    tellEvents(kit, agent, told);
    if (obstacle === null && plan.actions.some(({ do: what }) => what === 'drop-finalizer')) {
      // The watch may have shown the end before the answer to its cause was here.
      if (world.agents.by('uid', agent.metadata.uid).length === 0) freshness.forget(agent.metadata.uid);
      return undefined;
    }
    const isMoving = plan.actions.length > 0 && obstacle === null;
    const writeAgainMs = endsSomething ? null : await write(kit, agent, told, hasteOf(agent, told, isMoving));
    const tellAgainMs = await kit.teller.tell(facts, told);
    const tryAgainMs = obstacle === null ? null : obstacle.until - timers.now();
    return soonest(told.lookAgainMs, writeAgainMs, tellAgainMs, tryAgainMs, isMoving ? RECHECK_MS : null);
  };
}

/** Steps whose refusal is the relay's. */
const ASKS_RELAY: ReadonlySet<AgentAction['do']> = new Set(['cordon', 'uncordon', 'delete-pod']);

async function write(
  { statuses, counters }: Kit,
  agent: Existing<Agent>,
  { status }: AgentPlan,
  haste: Haste,
): Promise<number | null> {
  if (agent.status?.hibernatedAt === undefined && status.hibernatedAt !== undefined)
    counters.hibernations += 1;
  return statuses.write(AGENTS, agent, { status, haste });
}

/** A machine on its way up changes every moment: that it is on its way is told soon, the rest mostly when it is up. */
function hasteOf({ status: before }: Existing<Agent>, { status }: AgentPlan, isMoving: boolean): Haste {
  const isSamePhase = before?.phase === status.phase;
  if (status.phase === 'starting' || status.phase === 'pending') return isSamePhase ? 'later' : 'soon';
  return isSamePhase || isMoving ? 'soon' : 'now';
}

function tellEvents({ events }: Kit, agent: Existing<Agent>, plan: AgentPlan): void {
  for (const event of plan.events) events.record(agent, event);
}

/** Names the Agent in queues. */
export function agentKey({ metadata }: Existing<Agent>): string {
  return keyOf(metadata.namespace, metadata.name);
}
