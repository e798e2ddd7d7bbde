/** Pods that come, go, and stay: drains that fit into their grace, budgets, autoscaling, and the job that migrates. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LEAST, render, type Manifest } from './support/helm.ts';
import { at, containerOf, namesOf, objectOf, podOf, variablesOf } from './support/manifests.ts';

/** What the processes take beyond the time they are given: STOP_GRACE_MS in the main.ts of each. */
const STOP_GRACE_SECONDS = { gateway: 5, relay: 10 };

describe('a pod that has to go', function () {
  this.timeout(20_000);
  for (const [part, variable, values] of [
    ['gateway', 'SPECTRAL_DRAIN_MS', { gateway: { drainSeconds: 300, preStopSeconds: 12 } }],
    ['relay', 'SPECTRAL_DRAIN_SPREAD_MS', { relay: { drainSpreadSeconds: 90, preStopSeconds: 0 } }],
  ] as const) {
    for (const [what, more] of [
      ['by default', {}],
      ['with longer drains', values],
    ] as const) {
      it(`has the time its drain takes: ${part}, ${what}`, async () => {
        const objects = await render([LEAST, more]);
        const name = `spectral-${part}`;

        const grace = podOf(objectOf(objects, 'Deployment', name))?.terminationGracePeriodSeconds ?? 0;
        const container = containerOf(objects, name);
        const preStop = (at(container, 'lifecycle.preStop.sleep.seconds') as number | undefined) ?? 0;
        const drain = Number(variablesOf(container)[variable]) / 1000;
        assert.ok(
          grace > preStop + drain + STOP_GRACE_SECONDS[part],
          `${grace} s for ${preStop} + ${drain} s`,
        );
      });
    }
  }

  it('sleeps first, by itself from Kubernetes 1.30 on and by a program before', async () => {
    const preStopOf = async (kubernetes: string) =>
      containerOf(await render([LEAST], { kubernetes }), 'spectral-relay').lifecycle?.preStop;

    assert.deepEqual(await preStopOf('1.30.0'), { sleep: { seconds: 5 } });
    assert.deepEqual(await preStopOf('1.29.9'), { exec: { command: ['sleep', '5'] } });
  });

  it('is replaced before it goes, one at a time', async () => {
    const objects = await render([LEAST]);

    for (const name of ['spectral-gateway', 'spectral-relay', 'spectral-operator'])
      assert.deepEqual(at(objectOf(objects, 'Deployment', name), 'spec.strategy.rollingUpdate'), {
        maxSurge: 1,
        maxUnavailable: 0,
      });
  });

  it('is kept from drains of nodes by a budget, which a sick pod does not use up', async () => {
    const budget = objectOf(await render([LEAST]), 'PodDisruptionBudget', 'spectral-relay');

    assert.equal(at(budget, 'spec.maxUnavailable'), 1);
    assert.equal(at(budget, 'spec.unhealthyPodEvictionPolicy'), 'AlwaysAllow');
    assert.deepEqual(namesOf(await render(['eval']), 'PodDisruptionBudget'), []);
  });
});

describe('the probes', function () {
  this.timeout(20_000);
  it('ask three things: started within minutes, alive, and able to work', async () => {
    const objects = await render([LEAST]);

    for (const part of ['gateway', 'relay', 'operator']) {
      const container = containerOf(objects, `spectral-${part}`);
      assert.equal(at(container, 'startupProbe.httpGet.path'), '/health');
      assert.equal(at(container, 'livenessProbe.httpGet.path'), '/health');
      assert.equal(at(container, 'readinessProbe.httpGet.path'), '/ready');
      assert.ok(secondsOf(container, 'livenessProbe') >= 60, 'a busy process is not restarted');
      assert.ok(secondsOf(container, 'readinessProbe') <= 10, 'a drained one gets nobody new');
    }
  });
});

describe('autoscaling', function () {
  this.timeout(20_000);
  it('of relays looks at connections, lateness and CPU, and takes pods away one by one', async () => {
    const objects = await render([LEAST, { relay: { autoscaling: { enabled: true } } }]);

    const scaler = objectOf(objects, 'HorizontalPodAutoscaler', 'spectral-relay');
    assert.deepEqual(metricsOf(scaler), [
      'cpu',
      'relay_machine_links',
      'relay_browser_connections',
      'process_event_loop_delay_p99_seconds',
    ]);
    assert.deepEqual(at(scaler, 'spec.behavior.scaleDown'), {
      stabilizationWindowSeconds: 600,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
    });
    assert.equal(at(objectOf(objects, 'Deployment', 'spectral-relay'), 'spec.replicas'), undefined);
  });
});

describe('the job that migrates', function () {
  this.timeout(20_000);
  it('runs before an upgrade with the gateway’s image and variables', async () => {
    const objects = await render([LEAST]);

    const job = objectOf(objects, 'Job', 'spectral-migrate');
    const container = podOf(job)?.containers[0];
    const gateway = containerOf(objects, 'spectral-gateway');
    assert.equal(job.metadata.annotations?.['helm.sh/hook'], 'pre-upgrade');
    assert.deepEqual(container?.args, ['migrate']);
    assert.equal(container?.image, gateway.image);
    assert.deepEqual(container?.env, gateway.env);
  });

  it('asks for nothing that an upgrade makes only later', async () => {
    const pod = podOf(objectOf(await render([LEAST]), 'Job', 'spectral-migrate'));

    assert.equal(pod?.serviceAccountName, undefined);
  });

  it('is left out where gateways migrate at their start', async () => {
    const objects = await render([LEAST, { migrations: { mode: 'startup' } }]);

    assert.deepEqual(namesOf(objects, 'Job'), []);
    assert.ok(!namesOf(objects, 'NetworkPolicy').includes('spectral-migrate'));
  });
});

describe('a look (eval.enabled)', function () {
  this.timeout(20_000);
  it('is one pod of each process, whatever the replicas say', async () => {
    const objects = await render(['eval', { relay: { replicas: 5 } }]);

    for (const { kind, metadata, ...object } of objects)
      if (['Deployment', 'StatefulSet'].includes(kind))
        assert.equal(at(object, 'spec.replicas'), 1, metadata.name);
  });
});

function secondsOf(container: object, probe: string): number {
  const { periodSeconds, failureThreshold } = at(container, probe) as Record<string, number>;
  return (periodSeconds ?? 10) * (failureThreshold ?? 3);
}

function metricsOf(scaler: Manifest): unknown[] {
  return (at(scaler, 'spec.metrics') as object[]).map(
    (metric) => at(metric, 'pods.metric.name') ?? at(metric, 'resource.name'),
  );
}
