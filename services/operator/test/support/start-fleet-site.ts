/**
 * A fleet in memory on a clock that a test moves: cluster, gateway, relay and nodes, and as many operators as a test
 * starts, each with a life of its own.
 */
import { createMetrics, silentLogger } from '@spectral/common';
import { startOperator, type Operator } from '../../src/app.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { AGENTS, AGENT_POOLS, AGENT_TEMPLATES, PODS } from '../../src/kinds/index.ts';
import { afterTest } from './clean-up.ts';
import { fakeTimers, type FakeTimers } from './fake-timers.ts';
import { fatefulLife, type Call, type FatefulLife, type Fate } from './fateful-life.ts';
import { faultyCluster } from './faulty-cluster.ts';
import { livingGateway, livingRelay } from './living-outside.ts';
import { startMemoryKubelet, type MemoryKubelet } from './memory-kubelet.ts';
import { createScriptedGateway, type ScriptedGateway } from './scripted-gateway.ts';
import { createScriptedRelay, type ScriptedRelay } from './scripted-relay.ts';
import { startMemoryCluster } from './start-memory-cluster.ts';

const NAMESPACE = 'fleet';

export interface StartedOperator extends Operator {
  readonly life: FatefulLife;
}

export interface FleetSite {
  readonly timers: FakeTimers;
  /** As an administrator sees it. */
  readonly cluster: Cluster;
  readonly gateway: ScriptedGateway;
  readonly relay: ScriptedRelay;
  readonly kubelet: MemoryKubelet;
  startOperator(fateOf?: (call: Call) => Fate): StartedOperator;
  /** All watches end; with `forget` the server also forgets what it told. */
  disturbWatches(forget: boolean): void;
  createPool(name: string, replicas: number): Promise<void>;
  scale(name: string, replicas: number): Promise<void>;
  /** Gives the template another image. */
  update(image: string): Promise<void>;
  removePool(name: string): Promise<void>;
  agents(): Promise<string[]>;
  /** Images of the pods that are not ending. */
  images(): Promise<string[]>;
  /** Moves the clock until it holds; fails after `limitMs` of its time. */
  until(what: string, holds: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
}

export async function startFleetSite(): Promise<FleetSite> {
  const timers = fakeTimers();
  const { server, connect } = startMemoryCluster(timers);
  const gateway = createScriptedGateway(timers.now);
  const relay = createScriptedRelay(timers.now);
  const cluster = connect('administrator');
  const kubelet = startMemoryKubelet({
    cluster: connect('kubelet'),
    namespace: NAMESPACE,
    gateway,
    relay,
    timers,
  });
  afterTest(() => kubelet.close());
  await cluster.create(AGENT_TEMPLATES, template('registry.example/agent@sha256:1'));
  let operators = 0;

  return {
    timers,
    cluster,
    gateway,
    relay,
    kubelet,
    startOperator(fateOf = () => 'passes') {
      operators += 1;
      const life = fatefulLife(fateOf);
      const operator = startOperator(
        {
          namespaces: [NAMESPACE],
          leaseNamespace: NAMESPACE,
          leaseName: 'operator',
          agentGatewayUrl: 'http://gateway',
        },
        {
          cluster: faultyCluster(connect('spectral-operator'), life),
          gateway: (leader) => livingGateway(gateway, leader, life),
          relay: (leader) => livingRelay(relay, leader, life),
          identity: `operator-${operators}`,
          timers,
          monotonic: timers.now,
          random: Math.random,
          metrics: createMetrics(),
          log: silentLogger(),
          lost: life.die,
        },
      );
      afterTest(life.die);
      return { ...operator, life };
    },
    disturbWatches(forget) {
      if (forget) server.history.compact();
      server.history.cut();
    },
    async createPool(name, replicas) {
      await cluster.create(AGENT_POOLS, pool(name, replicas));
    },
    async scale(name, replicas) {
      await cluster.mergePatch(AGENT_POOLS, NAMESPACE, name, { spec: { replicas } });
    },
    async update(image) {
      await cluster.mergePatch(AGENT_TEMPLATES, NAMESPACE, 'build', { spec: { pod: { image } } });
    },
    removePool: (name) => cluster.remove(AGENT_POOLS, NAMESPACE, name),
    agents: async () =>
      (await cluster.list(AGENTS, NAMESPACE)).map(({ metadata }) => metadata.name).toSorted(),
    async images() {
      const pods = await cluster.list(PODS, NAMESPACE);
      const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return staying.map(({ spec }) => imageIn(spec)).toSorted();
    },
    async until(what, holds, limitMs = 300_000) {
      const end = timers.now() + limitMs;
      while (!(await holds())) {
        if (timers.now() >= end) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
        await timers.advance(500);
      }
    },
  };
}

function template(image: string) {
  return AGENT_TEMPLATES.parse({
    apiVersion: 'spectral.dev/v1alpha1',
    kind: 'AgentTemplate',
    metadata: { namespace: NAMESPACE, name: 'build' },
    spec: { pod: { image } },
  });
}

function pool(name: string, replicas: number) {
  return AGENT_POOLS.parse({
    apiVersion: 'spectral.dev/v1alpha1',
    kind: 'AgentPool',
    metadata: { namespace: NAMESPACE, name },
    spec: { templateRef: { name: 'build' }, team: 'platform', replicas },
  });
}

function imageIn(spec: object): string {
  const { containers } = spec as { containers: { name: string; image: string }[] };
  return containers.find(({ name }) => name === 'machine')?.image ?? '';
}
