/** Facts for plans, as plain data: a machine that runs and is idle, changed as a test likes. */
import type { FleetMachine, MachineActivity } from '@spectral/proto/wire';
import type { Existing, ExistingMeta } from '../../src/cluster/index.ts';
import { AGENTS, AGENT_POOLS, AGENT_TEMPLATES, API_VERSION, PODS } from '../../src/kinds/index.ts';
import type { Agent, AgentPool, AgentTemplate, Pod } from '../../src/kinds/index.ts';
import { LABEL } from '../../src/objects/labels.ts';
import type { AgentFacts } from '../../src/plan/agent-facts.ts';
import type { AgentView } from '../../src/plan/agent-view.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const FENCE = 7;

export function at(secondsAgo: number): string {
  return new Date(NOW - secondsAgo * 1_000).toISOString().replace('.000', '');
}

export function meta(name: string, change: Partial<ExistingMeta> = {}): ExistingMeta {
  const uid = `uid-${name}`;
  const birth = { uid, resourceVersion: '1', generation: 1, creationTimestamp: at(3_600) };
  return { name, namespace: 'fleet', ...birth, ...change };
}

type Change<T> = { metadata?: Partial<ExistingMeta>; spec?: Record<string, unknown>; status?: T };

export function agent(change: Change<Agent['status']> = {}, name = 'builders-0'): Existing<Agent> {
  const spec = { poolRef: { name: 'builders' }, team: 'builders', ...change.spec };
  const parsed = AGENTS.parse({ apiVersion: API_VERSION, kind: 'Agent', metadata: { name }, spec });
  const status = change.status === undefined ? {} : { status: change.status };
  const metadata = meta(name, { finalizers: ['spectral.dev/revoke'], ...change.metadata });
  return { ...parsed, ...status, metadata };
}

export function template(spec: Record<string, unknown> = {}): Existing<AgentTemplate> {
  const given = { pod: { image: 'registry/agent@sha256:1' }, ...spec };
  const base = {
    apiVersion: API_VERSION,
    kind: 'AgentTemplate',
    metadata: { name: 'standard' },
    spec: given,
  };
  return { ...AGENT_TEMPLATES.parse(base), metadata: meta('standard') };
}

export function pool(
  spec: Record<string, unknown> = {},
  metadata: Partial<ExistingMeta> = {},
): Existing<AgentPool> {
  const given = { templateRef: { name: 'standard' }, team: 'builders', ...spec };
  const base = { apiVersion: API_VERSION, kind: 'AgentPool', metadata: { name: 'builders' }, spec: given };
  return { ...AGENT_POOLS.parse(base), metadata: meta('builders', metadata) };
}

export function pod(
  status: Pod['status'] = runningSince(600),
  metadata: Partial<ExistingMeta> = {},
): Existing<Pod> {
  const labels = { [LABEL.revision]: 'r1', [LABEL.busy]: 'false' };
  const parsed = PODS.parse({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'builders-0' }, spec: {} });
  return {
    ...parsed,
    spec: { nodeName: 'node-1' },
    ...(status === undefined ? {} : { status }),
    metadata: meta('builders-0', { uid: 'uid-pod', labels, ...metadata }),
  };
}

export function runningSince(secondsAgo: number): NonNullable<Pod['status']> {
  const state = { running: { startedAt: at(secondsAgo) } };
  return {
    phase: 'Running',
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: [{ name: 'machine', ready: true, restartCount: 0, state }],
  };
}

export function waitingFor(reason: string, restartCount = 0): NonNullable<Pod['status']> {
  const state = { waiting: { reason, message: 'says the kubelet' } };
  return {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: [{ name: 'machine', ready: false, restartCount, state }],
  };
}

export function activity(
  state: MachineActivity['state'],
  change: Partial<NonNullable<MachineActivity['activity']>> = {},
): MachineActivity {
  const turns = state === 'busy' ? 1 : 0;
  const cordon = state === 'drained' ? FENCE : null;
  const known = { turns, queued: 0, prompts: 1, lastTurnEndedAt: NOW - 60_000, cordon, ...change };
  const isUnknown = state === 'unknown';
  return {
    machineId: 'm1',
    state,
    activity: isUnknown ? null : known,
    linked: !isUnknown,
    lastSeenAt: at(1),
  };
}

export function machine(change: Partial<FleetMachine> = {}): FleetMachine {
  const base = { machineId: 'm1', uid: 'uid-builders-0', pool: 'builders', phase: 'ready' } as const;
  return { ...base, enrolled: true, wakeRequestedAt: null, ...change };
}

/** A machine of a pool of one that runs, is idle, and was used. */
export function facts(change: Partial<AgentFacts> = {}): AgentFacts {
  return {
    agent: agent(),
    pool: pool({ replicas: 1 }),
    template: template(),
    revision: 'r1',
    isFenced: true,
    isGuarded: true,
    pods: [pod()],
    volume: volume(),
    activity: activity('idle'),
    fleet: machine(),
    claim: null,
    obstacle: null,
    mayUpdate: true,
    poolStalled: false,
    fence: FENCE,
    now: NOW,
    ...change,
  };
}

export function volume(metadata: Partial<ExistingMeta> = {}): NonNullable<AgentFacts['volume']> {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta('builders-0-disk', metadata),
    spec: {},
    status: { phase: 'Bound' },
  };
}

export function view(name: string, change: Partial<AgentView> = {}): AgentView {
  return {
    agent: agent({}, name),
    standing: 'idle',
    isReady: change.standing === undefined || change.standing === 'idle' || change.standing === 'busy',
    isFresh: false,
    isUnschedulable: false,
    isOutdated: false,
    isCordoned: false,
    idleSince: NOW - 60_000,
    hasEndedClaim: false,
    ...change,
  };
}
