/** Which change calls for which work. */
import { controllerOf, keyOf, type Existing, type KubeObject } from '../cluster/index.ts';
import type { Agent, AgentPool } from '../kinds/index.ts';
import { LABEL } from '../objects/labels.ts';
import type { Kit } from './kit.ts';
import { agentAdded } from './pool-reconciler.ts';
import type { KindName } from './queues.ts';
import type { World, WorldListener } from './world.ts';

type Memories = Pick<Kit, 'freshness' | 'statuses' | 'teller' | 'guards'>;
type Eyes = Pick<Kit, 'world' | 'expectations' | 'polls'> & Memories;

/** Puts the object of that name into the queue of its kind. */
export type Add = (kind: KindName, namespace: string, name: string) => void;

export interface Triggers extends WorldListener {
  /** The relay's word on a machine changed. */
  machineChanged(machineId: string): void;
  /** The gateway's word on the machine of this Agent changed. */
  agentChanged(uid: string): void;
  /** Everything there is, as if it had changed. */
  everything(): void;
}

export function createTriggers(eyes: Eyes, add: Add): Triggers {
  const { world } = eyes;
  const calls = createCalls(world, add);
  return {
    agent(agent) {
      settleAgent(eyes, agent);
      calls.agentAndPool(agent);
      calls.templateOf(agent);
    },
    pool(pool) {
      calls.poolAndAgents(pool);
      calls.claimsOn(pool.metadata.namespace, pool.metadata.name);
      add('template', pool.metadata.namespace, pool.spec.templateRef.name);
    },
    template: ({ metadata }) => calls.templateAndUsers(metadata.namespace, metadata.name),
    claim(claim) {
      calls.object('claim', claim);
      add('pool', claim.metadata.namespace, claim.spec.poolRef.name);
      for (const agent of world.agents.by('claim', claim.metadata.uid)) calls.object('agent', agent);
    },
    policy() {
      for (const policy of world.policies.all()) calls.object('policy', policy);
    },
    part(part) {
      settlePart(eyes, part);
      const { namespace, labels = {} } = part.metadata;
      const agent = world.agents.get(namespace, labels[LABEL.agent] ?? '');
      if (agent) calls.agentAndPool(agent);
      const template = labels[LABEL.template];
      if (part.kind === 'NetworkPolicy' && template !== undefined)
        calls.templateAndUsers(namespace, template);
    },
    gone(uid) {
      const { freshness, statuses, teller, guards } = eyes;
      for (const memory of [freshness, statuses, teller, guards]) memory.forget(uid);
    },
    machineChanged(machineId) {
      for (const agent of world.agents.all())
        if (isMachineOf(eyes, agent, machineId)) calls.agentAndPool(agent);
    },
    agentChanged(uid) {
      for (const agent of world.agents.by('uid', uid)) calls.object('agent', agent);
    },
    everything() {
      for (const template of world.templates.all()) calls.object('template', template);
      for (const pool of world.pools.all()) calls.object('pool', pool);
      for (const agent of world.agents.all()) calls.object('agent', agent);
      for (const claim of world.claims.all()) calls.object('claim', claim);
      for (const policy of world.policies.all()) calls.object('policy', policy);
    },
  };
}

/** Objects that go into the queues together, since each one's plan looks at the others. */
function createCalls(world: World, add: Add) {
  const object = (kind: KindName, { metadata }: Existing<KubeObject>) =>
    add(kind, metadata.namespace, metadata.name);
  const poolAndAgents = (pool: Existing<AgentPool>) => {
    object('pool', pool);
    const key = keyOf(pool.metadata.namespace, pool.metadata.name);
    for (const agent of world.agents.by('pool', key)) object('agent', agent);
  };
  const claimsOn = (namespace: string, pool: string) => {
    for (const claim of world.claims.by('pool', keyOf(namespace, pool))) {
      if (claim.status?.phase !== 'Expired') object('claim', claim);
    }
  };
  return {
    object,
    poolAndAgents,
    claimsOn,
    agentAndPool(agent: Existing<Agent>) {
      object('agent', agent);
      const { poolRef } = agent.spec;
      if (!poolRef) return;
      const { namespace } = agent.metadata;
      add('pool', namespace, poolRef.name);
      claimsOn(namespace, poolRef.name);
    },
    templateAndUsers(namespace: string, name: string) {
      add('template', namespace, name);
      const key = keyOf(namespace, name);
      for (const pool of world.pools.by('template', key)) poolAndAgents(pool);
      for (const agent of world.agents.by('template', key)) object('agent', agent);
    },
    templateOf({ metadata, spec }: Existing<Agent>) {
      const pool = spec.poolRef && world.pools.get(metadata.namespace, spec.poolRef.name);
      const name = spec.templateRef?.name ?? pool?.spec.templateRef.name;
      if (name !== undefined) add('template', metadata.namespace, name);
    },
  };
}

function settleAgent({ expectations }: Eyes, { metadata, spec }: Existing<Agent>): void {
  if (!spec.poolRef) return;
  expectations.settle(keyOf(metadata.namespace, spec.poolRef.name), agentAdded(metadata.name));
}

/** A pod or volume that was to come has come, or a pod that was to end ends. */
function settlePart({ world, expectations }: Eyes, part: Existing<KubeObject>): void {
  const owner = controllerOf(part);
  if (owner?.kind !== 'Agent') return;
  const { namespace, name, uid, deletionTimestamp } = part.metadata;
  const key = keyOf(namespace, owner.name);
  expectations.settle(key, `${part.kind === 'Pod' ? 'pod' : 'volume'} ${name}`);
  const isGone = world.pods.get(namespace, name)?.metadata.uid !== uid;
  if (part.kind === 'Pod' && (deletionTimestamp !== undefined || isGone))
    expectations.settle(key, `pod ${uid} ends`);
}

function isMachineOf({ polls }: Eyes, { metadata, status }: Existing<Agent>, machineId: string): boolean {
  if (status?.machineId !== undefined) return status.machineId === machineId;
  const fleet = polls.fleet(metadata.uid);
  return fleet !== 'unknown' && fleet?.machineId === machineId;
}
