/** Finds, in what the operator sees, everything a plan is made of. Reads alone. */
import { keyOf, type Existing } from '../cluster/index.ts';
import type { Agent, AgentPool, AgentTemplate } from '../kinds/index.ts';
import { networkPolicy, networkPolicyName } from '../objects/network-policy.ts';
import { revisionOf } from '../objects/revision.ts';
import { volumeNameOf } from '../objects/workspace.ts';
import {
  isApplied,
  isOutdated,
  isStalled,
  templateFault,
  updateTurns,
  viewOf,
  type AgentFacts,
  type AgentView,
  type Obstacle,
} from '../plan/index.ts';
import type { Kit } from './kit.ts';

type Eyes = Pick<Kit, 'world' | 'polls' | 'homeNamespace'>;

/** What is known elsewhere than in the world. */
interface Known {
  readonly obstacle: Obstacle | null;
  readonly isGuarded: boolean;
  readonly fence: number;
  readonly now: number;
}

export function factsOf(eyes: Eyes, agent: Existing<Agent>, known: Known): AgentFacts {
  const { world, polls } = eyes;
  const { namespace, uid } = agent.metadata;
  const pool = poolOf(eyes, agent);
  const template = templateOf(eyes, agent);
  const revision = template && revisionOf(template);
  const fleet = polls.fleet(uid);
  const pods = world.pods.by('owner', uid);
  return {
    ...known,
    agent,
    pool,
    template,
    revision,
    isFenced: template !== null && isFenced(eyes, template),
    pods,
    volume: world.volumes.get(namespace, volumeNameOf(agent)) ?? null,
    activity: activityOf(eyes, agent),
    fleet,
    claim: claimOf(eyes, agent),
    mayUpdate: isOutdated({ pods, revision }) && mayUpdate(eyes, agent, pool),
    poolStalled: pool !== null && pods.length === 0 && isStalled(pool, agentsOf(eyes, pool), known.now),
  };
}

/** The machines of a pool, as it counts them. */
export function viewsOf(eyes: Eyes, pool: Existing<AgentPool>): AgentView[] {
  return agentsOf(eyes, pool).map((agent) => {
    const template = templateOf(eyes, agent);
    return viewOf({
      agent,
      pods: eyes.world.pods.by('owner', agent.metadata.uid),
      activity: activityOf(eyes, agent),
      claim: claimOf(eyes, agent),
      revision: template && revisionOf(template),
    });
  });
}

export function agentsOf({ world }: Eyes, pool: Existing<AgentPool>): Existing<Agent>[] {
  return world.agents.by('pool', keyOf(pool.metadata.namespace, pool.metadata.name));
}

/** The template of a pool or of a single Agent, if it can be used. */
export function templateNamed(
  { world }: Eyes,
  namespace: string,
  name: string,
): Existing<AgentTemplate> | null {
  const template = world.templates.get(namespace, name);
  return template && templateFault(template) === null ? template : null;
}

function poolOf({ world }: Eyes, { metadata, spec }: Existing<Agent>): Existing<AgentPool> | null {
  return spec.poolRef ? (world.pools.get(metadata.namespace, spec.poolRef.name) ?? null) : null;
}

function templateOf(eyes: Eyes, agent: Existing<Agent>): Existing<AgentTemplate> | null {
  const name = poolOf(eyes, agent)?.spec.templateRef.name ?? agent.spec.templateRef?.name;
  return name === undefined ? null : templateNamed(eyes, agent.metadata.namespace, name);
}

function isFenced({ world, homeNamespace }: Eyes, template: Existing<AgentTemplate>): boolean {
  const found = world.networkPolicies.get(template.metadata.namespace, networkPolicyName(template));
  return isApplied(found ?? null, networkPolicy(template, homeNamespace));
}

function activityOf({ polls }: Eyes, { metadata, status }: Existing<Agent>) {
  const fleet = polls.fleet(metadata.uid);
  const machineId = status?.machineId ?? (fleet === 'unknown' ? undefined : fleet?.machineId);
  return machineId === undefined ? null : polls.activity(machineId);
}

function claimOf({ world }: Eyes, { spec }: Existing<Agent>) {
  return (spec.claimRef && world.claims.by('uid', spec.claimRef.uid)[0]) ?? null;
}

function mayUpdate(eyes: Eyes, agent: Existing<Agent>, pool: Existing<AgentPool> | null): boolean {
  return pool === null || updateTurns(pool, viewsOf(eyes, pool)).has(agent.metadata.name);
}
