/** Which change calls for which work: watches and polls fill the queues, the queues run the reconcilers. */
import type { Histogram, Metrics } from '@spectral/common';
import {
  controllerOf,
  createWorkQueue,
  keyOf,
  type Existing,
  type KubeObject,
  type WorkQueue,
} from '../cluster/index.ts';
import type { Agent, AgentPool } from '../kinds/index.ts';
import { LABEL } from '../objects/labels.ts';
import { createAgentReconciler } from './agent-reconciler.ts';
import { createClaimReconciler } from './claim-reconciler.ts';
import type { Guards } from './guards.ts';
import type { Kit } from './kit.ts';
import { createPolicyReconciler } from './policy-reconciler.ts';
import { agentAdded, createPoolReconciler } from './pool-reconciler.ts';
import { createTemplateReconciler } from './template-reconciler.ts';
import type { WorldListener } from './world.ts';

export interface Controllers extends WorldListener {
  /** The relay's word on a machine changed. */
  machineChanged(machineId: string): void;
  /** The gateway's word on the machine of this Agent changed. */
  agentChanged(uid: string): void;
  /** Begins to work, on everything there is. Before, changes are not worked on: another operator leads. */
  start(): void;
  /** Keys that wait, by kind. */
  depths(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const KINDS = ['agent', 'pool', 'claim', 'template', 'policy'] as const;
type KindName = (typeof KINDS)[number];

export interface ControllerParts extends Kit {
  readonly guards: Guards;
  readonly claimWait: Histogram;
  readonly metrics: Pick<Metrics, 'histogram' | 'counter'>;
}

export function createControllers(parts: ControllerParts): Controllers {
  const { world, expectations } = parts;
  const queues = createQueues(parts);
  let isStarted = false;
  const add = (kind: KindName, namespace: string, name: string) => {
    if (isStarted) queues[kind].add(keyOf(namespace, name));
  };
  const addObject = (kind: KindName, { metadata }: Existing<KubeObject>) =>
    add(kind, metadata.namespace, metadata.name);
  const addAgentAndPool = (agent: Existing<Agent>) => {
    addObject('agent', agent);
    const { poolRef } = agent.spec;
    if (!poolRef) return;
    const { namespace } = agent.metadata;
    add('pool', namespace, poolRef.name);
    for (const claim of world.claims.by('pool', keyOf(namespace, poolRef.name))) {
      if (claim.status?.phase !== 'Expired') addObject('claim', claim);
    }
  };
  const addPoolAndAgents = (pool: Existing<AgentPool>) => {
    addObject('pool', pool);
    for (const agent of world.agents.by('pool', keyOf(pool.metadata.namespace, pool.metadata.name))) {
      addObject('agent', agent);
    }
  };
  const settle = (part: Existing<KubeObject>) => {
    const owner = controllerOf(part);
    if (owner?.kind !== 'Agent') return;
    const key = keyOf(part.metadata.namespace, owner.name);
    const { name, uid, deletionTimestamp } = part.metadata;
    const isThere = world.pods.get(part.metadata.namespace, name)?.metadata.uid === uid;
    expectations.settle(key, `${part.kind === 'Pod' ? 'pod' : 'volume'} ${name}`);
    if (part.kind === 'Pod' && (deletionTimestamp !== undefined || !isThere))
      expectations.settle(key, `pod ${uid} ends`);
  };

  return {
    agent(agent) {
      const { namespace, name } = agent.metadata;
      if (agent.spec.poolRef)
        expectations.settle(keyOf(namespace, agent.spec.poolRef.name), agentAdded(name));
      addAgentAndPool(agent);
      addTemplateOf(parts, agent, add);
    },
    pool: (pool) => {
      addPoolAndAgents(pool);
      add('template', pool.metadata.namespace, pool.spec.templateRef.name);
    },
    template(template) {
      addObject('template', template);
      const key = keyOf(template.metadata.namespace, template.metadata.name);
      for (const pool of world.pools.by('template', key)) addPoolAndAgents(pool);
      for (const agent of world.agents.by('template', key)) addObject('agent', agent);
    },
    claim(claim) {
      addObject('claim', claim);
      add('pool', claim.metadata.namespace, claim.spec.poolRef.name);
      for (const agent of world.agents.by('claim', claim.metadata.uid)) addObject('agent', agent);
    },
    policy() {
      for (const policy of world.policies.all()) addObject('policy', policy);
    },
    part(part) {
      settle(part);
      const { namespace, labels } = part.metadata;
      const agent = labels?.[LABEL.agent];
      const template = labels?.[LABEL.template];
      const known = agent === undefined ? undefined : world.agents.get(namespace, agent);
      if (known) addAgentAndPool(known);
      else if (template !== undefined && part.kind === 'NetworkPolicy') {
        add('template', namespace, template);
        const key = keyOf(namespace, template);
        for (const pool of world.pools.by('template', key)) addPoolAndAgents(pool);
        for (const single of world.agents.by('template', key)) addObject('agent', single);
      }
    },
    machineChanged(machineId) {
      for (const agent of world.agents.all())
        if (isMachineOf(parts, agent, machineId)) addAgentAndPool(agent);
    },
    agentChanged(uid) {
      for (const agent of world.agents.by('uid', uid)) addObject('agent', agent);
    },
    start() {
      isStarted = true;
      for (const template of world.templates.all()) addObject('template', template);
      for (const pool of world.pools.all()) addObject('pool', pool);
      for (const agent of world.agents.all()) addObject('agent', agent);
      for (const claim of world.claims.all()) addObject('claim', claim);
      for (const policy of world.policies.all()) addObject('policy', policy);
    },
    depths: () => Object.fromEntries(KINDS.map((kind) => [kind, queues[kind].depth])),
    async close() {
      await Promise.all(KINDS.map((kind) => queues[kind].close()));
    },
  };
}

function addTemplateOf(
  { world }: Kit,
  { metadata, spec }: Existing<Agent>,
  add: (kind: KindName, namespace: string, name: string) => void,
): void {
  const pool = spec.poolRef && world.pools.get(metadata.namespace, spec.poolRef.name);
  const name = spec.templateRef?.name ?? pool?.spec.templateRef.name;
  if (name !== undefined) add('template', metadata.namespace, name);
}

function isMachineOf({ polls }: Kit, { metadata, status }: Existing<Agent>, machineId: string): boolean {
  if (status?.machineId !== undefined) return status.machineId === machineId;
  const fleet = polls.fleet(metadata.uid);
  return fleet !== 'unknown' && fleet?.machineId === machineId;
}

/** Machines are many and wait for calls; the rest is little. */
const CONCURRENCY: Readonly<Record<KindName, number>> = {
  agent: 16,
  pool: 4,
  claim: 4,
  template: 2,
  policy: 1,
};

function createQueues(parts: ControllerParts): Readonly<Record<KindName, WorkQueue>> {
  const work = {
    agent: createAgentReconciler(parts),
    pool: createPoolReconciler(parts),
    claim: createClaimReconciler(parts),
    template: createTemplateReconciler(parts),
    policy: createPolicyReconciler(parts),
  };
  const seconds = parts.metrics.histogram('operator_reconcile_seconds', 'Time of one look at one object');
  const failed = parts.metrics.counter(
    'operator_reconcile_errors',
    'Looks that ended in an error and are tried again',
  );
  const queue = (kind: KindName) =>
    createWorkQueue({
      work: work[kind],
      timers: parts.timers,
      concurrency: CONCURRENCY[kind],
      ran({ key, durationMs, error, failures }) {
        seconds.record(durationMs / 1_000, { kind });
        if (error === null) return;
        failed.add(1, { kind });
        parts.log.warn({ err: error, kind, key, failures }, 'reconcile failed; tried again');
      },
    });
  return {
    agent: queue('agent'),
    pool: queue('pool'),
    claim: queue('claim'),
    template: queue('template'),
    policy: queue('policy'),
  };
}
