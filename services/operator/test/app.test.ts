import assert from 'node:assert/strict';
import { createMetrics, silentLogger } from '@spectral/common';
import { startOperatorProcess } from '../src/app.ts';
import { systemTimers } from '../src/cluster/index.ts';
import { AGENT_POOLS, AGENT_TEMPLATES } from '../src/kinds/index.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { createScriptedGateway } from './support/scripted-gateway.ts';
import { createScriptedRelay } from './support/scripted-relay.ts';
import { startMemoryCluster } from './support/start-memory-cluster.ts';
import { NAMESPACE, pool, template } from './support/start-operator.ts';
import { until } from './support/until.ts';

describe('an operator process', () => {
  cleanUpAfterEach();

  it('says that it lives, whether it sees the cluster and leads, and its figures', async () => {
    const { url, user } = await startAlone();
    await until('it leads', async () => (await json(`${url}/ready`)).leading === true);
    assert.deepEqual(await json(`${url}/health`), { ok: true });
    assert.equal((await fetch(`${url}/other`)).status, 404);

    await user.create(AGENT_TEMPLATES, template('standard'));
    await user.create(AGENT_POOLS, pool('builders', { replicas: 1 }));
    await until('it has made a pod', async () =>
      /operator_pods_started_total\S* 1/.test(await text(`${url}/metrics`)),
    );

    const figures = await text(`${url}/metrics`);
    for (const name of FIGURES) assert.match(figures, new RegExp(`^${name}`, 'm'));
    assert.match(figures, /^operator_forced_kills_total 0/m);
  });
});

const FIGURES = [
  'operator_leading',
  'operator_queue_depth',
  'operator_reconcile_seconds',
  'operator_unknown_busy',
  'operator_claims_waiting',
  'operator_orphan_machines',
  'operator_cordons_refused',
  'operator_forced_kills',
  'operator_hibernations',
  'operator_agents_created',
];

async function startAlone() {
  const memory = startMemoryCluster();
  const gateway = createScriptedGateway(Date.now);
  const relay = createScriptedRelay(Date.now);
  const settings = {
    host: '127.0.0.1',
    port: 0,
    namespaces: [NAMESPACE],
    leaseNamespace: 'spectral',
    leaseName: 'spectral-operator',
    agentGatewayUrl: 'http://gateway',
  };
  const operator = await startOperatorProcess(settings, {
    cluster: memory.connect('spectral-operator'),
    gateway: () => gateway,
    relay: () => relay,
    identity: 'operator-1',
    timers: systemTimers(),
    monotonic: () => performance.now(),
    random: Math.random,
    metrics: createMetrics(),
    log: silentLogger(),
    lost() {},
  });
  afterTest(() => operator.close());
  return { url: operator.url, user: memory.connect('user') };
}

async function json(url: string): Promise<Record<string, unknown>> {
  const answer: unknown = await (await fetch(url)).json();
  assert.ok(typeof answer === 'object' && answer !== null);
  return { ...answer };
}

async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}
