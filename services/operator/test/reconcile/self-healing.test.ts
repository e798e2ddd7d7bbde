import assert from 'node:assert/strict';
import { conditionOf } from '../../src/plan/index.ts';
import { AGENTS, PODS, SECRETS, VOLUME_CLAIMS, type Pod } from '../../src/kinds/index.ts';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { fleetOf, labelOf, phaseOf, scaleTo } from '../support/fleet-of.ts';
import { NAMESPACE, type FleetSite } from '../support/start-operator.ts';

describe('a fleet that something befalls', () => {
  cleanUpAfterEach();

  it('a fleet at rest writes nothing', async () => {
    const site = await fleetOf({ replicas: 5 });
    await site.timers.advance(10_000);

    const before = site.memory.server.history.version;
    const told = site.gateway.writes.length;
    await site.timers.advance(600_000);

    const leaseRenewals = 600_000 / 2_000;
    assert.ok(site.memory.server.history.version - before <= leaseRenewals + 1);
    assert.equal(site.gateway.writes.length, told);
  });

  it('a machine costs fewer than eight writes from nothing to ready', async () => {
    const site = await fleetOf({ replicas: 20 });
    const writes = site.memory.server.history.version;
    const kubelets = 20 * 3;
    const others = 12;
    assert.ok(writes <= 20 * 7 + kubelets + others, `${writes} writes`);
  });

  it('a pod that someone deleted is made again, on the same disk, as the same machine', async () => {
    const site = await fleetOf({ replicas: 1 });
    const [agent] = await site.agents();
    const [pod] = await site.pods();
    await site.user.remove(PODS, NAMESPACE, 'builders-0');

    await site.until('another pod runs', async () => {
      const [now] = await site.pods();
      return now !== undefined && now.metadata.uid !== pod?.metadata.uid && (await phaseOf(site)) === 'ready';
    });
    assert.equal((await site.agents())[0]?.status?.machineId, agent?.status?.machineId);
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('a machine whose disk and Secret were deleted comes back with new ones, as the same machine', async () => {
    const site = await fleetOf({ replicas: 1 });
    const [agent] = await site.agents();
    const [disk] = await site.user.list(VOLUME_CLAIMS, NAMESPACE);
    assert.ok(disk);
    await site.user.remove(SECRETS, NAMESPACE, 'builders-0-enrolment');
    await site.user.remove(VOLUME_CLAIMS, NAMESPACE, disk.metadata.name);
    await site.user.remove(PODS, NAMESPACE, 'builders-0');

    await site.until('it is back', async () => {
      const [now] = await site.user.list(VOLUME_CLAIMS, NAMESPACE);
      return (
        now?.metadata.uid !== disk.metadata.uid &&
        site.relay.online.length === 1 &&
        (await phaseOf(site)) === 'ready'
      );
    });
    assert.equal((await site.agents())[0]?.status?.machineId, agent?.status?.machineId);
  });

  it('while the relay is away machines count as busy and nothing is removed', async () => {
    const site = await fleetOf({ replicas: 2 });
    const [agent] = await site.agents();
    assert.ok(agent);
    site.relay.away = true;
    await site.until('pods say unknown', async () => (await labelOf(site, agent)) === 'unknown');
    await scaleTo(site, 0);
    await site.timers.advance(600_000);
    assert.equal((await site.pods()).length, 2);
    assert.equal(conditionOf((await site.agents())[0]?.status?.conditions, 'Busy')?.status, 'Unknown');

    site.relay.away = false;
    await site.until('they go once it is back', async () => (await site.agents()).length === 0);
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('while the gateway is away running machines stay, new ones wait and say why', async () => {
    const site = await fleetOf({ replicas: 1 });
    site.gateway.away = true;
    await scaleTo(site, 2);
    await site.until(
      'the new one says why',
      async () => (await causeOf(site, 'builders-1')) === 'GatewayUnreachable',
    );
    assert.equal((await site.pods()).length, 1);

    site.gateway.away = false;
    await site.until('it comes up', () => site.relay.online.length === 2);
  });

  it('an Agent deleted while the gateway is away waits to be revoked, and in the end goes without', async () => {
    const site = await fleetOf({ replicas: 1 });
    await scaleTo(site, 0);
    site.gateway.away = true;
    await site.user.remove(AGENTS, NAMESPACE, 'builders-0');
    await site.until('its pod is gone', async () => (await site.pods()).length === 0);
    await site.timers.advance(600_000);
    assert.equal((await site.agents()).length, 1);
    await site.until('it is gone', async () => (await site.agents()).length === 0, 2 * 3_600_000);
  });

  it('a pod that no node takes stops the pool from making more', async () => {
    const site = await fleetOf({ replicas: 1 });
    site.kubelet.full = true;
    await scaleTo(site, 2);
    await site.until('the second pod is there', async () => (await site.pods()).length === 2);
    await podSays(site, 'builders-1', {
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are free' },
      ],
    });
    await site.until('it says why', async () => (await causeOf(site, 'builders-1')) === 'Unschedulable');

    await scaleTo(site, 50);
    await site.timers.advance(120_000);
    assert.equal((await site.agents()).length, 2);
    const limited = conditionOf((await site.pool('builders'))?.status?.conditions, 'ScalingLimited');
    assert.deepEqual([limited?.status, limited?.reason], ['True', 'Unschedulable']);
  });

  it('pods that fail are made again with growing waits, until the budget of the pool is used', async () => {
    const site = await fleetOf({ replicas: 1, failure: { budget: 3 } });
    for (let round = 0; round < 3; round += 1) {
      await site.until(
        'it runs',
        async () => (await site.pods()).some(({ status }) => status?.phase === 'Running'),
        600_000,
      );
      site.relay.disconnect(site.relay.online[0] ?? '');
      await podSays(site, 'builders-0', { phase: 'Failed', reason: 'Error' });
      await site.until('the pod is gone', async () => (await site.pods()).length === 0, 600_000);
    }
    await site.timers.advance(1_200_000);
    assert.equal((await site.pods()).length, 0);
    assert.equal(await causeOf(site, 'builders-0'), 'PoolStalled');

    await site.until(
      'it is tried again when the window has passed',
      async () => (await site.pods()).length === 1,
      3_600_000,
    );
  });

  it('an eviction is no failure', async () => {
    const site = await fleetOf({ replicas: 1 });
    site.relay.disconnect(site.relay.online[0] ?? '');
    const [pod] = await site.pods();
    await podSays(site, 'builders-0', { phase: 'Failed', reason: 'Evicted' });

    await site.until(
      'another runs',
      async () => {
        const [now] = await site.pods();
        return now !== undefined && now.metadata.uid !== pod?.metadata.uid;
      },
      5_000,
    );
    assert.deepEqual((await site.agents())[0]?.status?.failures ?? [], []);
  });

  it('two pods of one Agent are reported and not touched', async () => {
    const site = await fleetOf({ replicas: 1 });
    const [pod] = await site.pods();
    assert.ok(pod);
    const { namespace, labels = {}, ownerReferences = [] } = pod.metadata;
    const metadata = { namespace, labels, ownerReferences };
    site.kubelet.full = true;
    await site.user.create(PODS, { ...pod, metadata: { ...metadata, name: 'builders-0-copy' } });
    await site.until('it says so', async () => (await causeOf(site, 'builders-0')) === 'MultiplePods');
    await site.timers.advance(60_000);
    assert.equal((await site.pods()).length, 2);
  });
});

async function causeOf(site: FleetSite, name: string): Promise<string | undefined> {
  const agent = await site.user.get(AGENTS, NAMESPACE, name);
  return conditionOf(agent?.status?.conditions, 'Ready')?.reason;
}

/** As a kubelet or a scheduler would say it. */
async function podSays(site: FleetSite, name: string, status: NonNullable<Pod['status']>): Promise<void> {
  const pod = await site.user.get(PODS, NAMESPACE, name);
  assert.ok(pod);
  await site.user.applyStatus(
    PODS,
    { ...pod, metadata: { name, namespace: NAMESPACE }, status },
    { manager: 'test' },
  );
}
