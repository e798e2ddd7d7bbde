/** An operator on a cluster in memory, with the gateway, the relay and the nodes in memory too. */
import { createMetrics, silentLogger, type Logger } from '@spectral/common';
import { startOperator, type Operator } from '../../src/app.ts';
import type { Cluster, Existing, Timers } from '../../src/cluster/index.ts';
import { AGENTS, AGENT_POOLS, AGENT_TEMPLATES, API_VERSION, PODS } from '../../src/kinds/index.ts';
import type { Agent, AgentPool, AgentTemplate, Pod } from '../../src/kinds/index.ts';
import { afterTest } from './clean-up.ts';
import { fakeTimers, type FakeTimers } from './fake-timers.ts';
import { startMemoryKubelet, type MemoryKubelet } from './memory-kubelet.ts';
import { createScriptedGateway, type ScriptedGateway } from './scripted-gateway.ts';
import { createScriptedRelay, type ScriptedRelay } from './scripted-relay.ts';
import { startMemoryCluster, type StartedMemoryCluster } from './start-memory-cluster.ts';

export interface FleetSite {
  readonly timers: FakeTimers;
  readonly memory: StartedMemoryCluster;
  /** A person's client. */
  readonly user: Cluster;
  readonly gateway: ScriptedGateway;
  readonly relay: ScriptedRelay;
  readonly kubelet: MemoryKubelet;
  /** One more operator, on this cluster or on one that stands before it. */
  operator(options?: { cluster?: Cluster; log?: Logger; lost?: () => void }): Operator;
  agents(): Promise<Existing<Agent>[]>;
  pods(): Promise<Existing<Pod>[]>;
  pool(name: string): Promise<Existing<AgentPool> | null>;
  /** Moves the clock second by second until `holds`, at most `limitMs` of its time. */
  until(what: string, holds: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
}

export const NAMESPACE = 'fleet';

export async function startFleetSite(): Promise<FleetSite> {
  const timers = fakeTimers();
  const memory = startMemoryCluster(timers);
  const user = memory.connect('user');
  const gateway = createScriptedGateway(timers.now);
  const relay = createScriptedRelay(timers.now);
  const node = { cluster: memory.connect('kubelet'), namespace: NAMESPACE, gateway, relay, timers };
  const kubelet = startMemoryKubelet(node);
  afterTest(kubelet.close);
  let operators = 0;

  return {
    timers,
    memory,
    user,
    gateway,
    relay,
    kubelet,
    operator({ cluster = memory.connect('spectral-operator'), log = silentLogger(), lost = () => {} } = {}) {
      operators += 1;
      const operator = startOperator(settings, {
        cluster,
        gateway: () => gateway,
        relay: () => relay,
        identity: `operator-${operators}`,
        timers,
        monotonic: timers.now,
        random: () => 0.5,
        metrics: createMetrics(),
        log,
        lost,
      });
      afterTest(() => closing(operator, timers));
      return operator;
    },
    agents: () => user.list(AGENTS, NAMESPACE),
    pods: () => user.list(PODS, NAMESPACE),
    pool: (name) => user.get(AGENT_POOLS, NAMESPACE, name),
    async until(what, holds, limitMs = 120_000) {
      const end = timers.now() + limitMs;
      while (!(await holds())) {
        if (timers.now() >= end) throw new Error(`not within ${limitMs} ms: ${what}`);
        await timers.advance(250);
      }
    },
  };
}

const settings = {
  namespaces: [NAMESPACE],
  leaseNamespace: 'spectral',
  leaseName: 'spectral-operator',
  agentGatewayUrl: 'http://gateway.spectral:8080',
};

/** Calls under way may wait for the clock. */
async function closing(operator: Operator, timers: Timers & FakeTimers): Promise<void> {
  const closed = { done: false };
  void operator.close().then(() => (closed.done = true));
  for (let step = 0; step < 100 && !closed.done; step += 1) await timers.advance(1_000);
}

export function template(name: string, change: Record<string, unknown> = {}): AgentTemplate {
  return AGENT_TEMPLATES.parse({
    apiVersion: API_VERSION,
    kind: 'AgentTemplate',
    metadata: { name, namespace: NAMESPACE },
    spec: { pod: { image: 'registry/agent@sha256:1' }, ...change },
  });
}

export function pool(name: string, spec: Record<string, unknown>): AgentPool {
  return AGENT_POOLS.parse({
    apiVersion: API_VERSION,
    kind: 'AgentPool',
    metadata: { name, namespace: NAMESPACE },
    spec: { templateRef: { name: 'standard' }, team: 'builders', ...spec },
  });
}
