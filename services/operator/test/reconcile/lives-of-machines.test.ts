import assert from 'node:assert/strict';
import { AGENTS, AGENT_CLAIMS, AGENT_TEMPLATES, VOLUME_CLAIMS } from '../../src/kinds/index.ts';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import {
  claim,
  fleetOf,
  imagesOf,
  labelOf,
  namesOf,
  phaseOf,
  phaseOfClaim,
  scaleTo,
} from '../support/fleet-of.ts';
import { NAMESPACE } from '../support/start-operator.ts';

describe('the life of a machine', () => {
  cleanUpAfterEach();

  it('a machine with a turn is not removed by scale-down; it goes when the turn ends', async () => {
    const site = await fleetOf({ replicas: 3 });
    const [busy] = await site.agents();
    assert.ok(busy?.status?.machineId);
    site.relay.beginTurn(busy.status.machineId);
    await site.until('it is marked busy', async () => (await labelOf(site, busy)) === 'true');

    await scaleTo(site, 0);
    await site.until('the other two are gone', async () => (await site.agents()).length === 1);
    await site.timers.advance(120_000);
    assert.equal((await site.agents())[0]?.metadata.name, busy.metadata.name);

    site.relay.endTurn(busy.status.machineId);
    await site.until('all are gone', async () => (await site.agents()).length === 0);
    assert.deepEqual(site.kubelet.faults, []);
    assert.deepEqual(
      [...site.gateway.kept.values()].map(({ revoked }) => revoked),
      [true, true, true],
    );
  });

  it('a deleted Agent drains its turn, then loses its pod, its identity and its disk', async () => {
    const site = await fleetOf({ replicas: 1 });
    const [agent] = await site.agents();
    assert.ok(agent?.status?.machineId);
    const { machineId } = agent.status;
    site.relay.beginTurn(machineId);
    await scaleTo(site, 0);
    await site.user.remove(AGENTS, NAMESPACE, agent.metadata.name);

    await site.until('it takes no new turn', () => site.relay.activityOf(machineId)?.cordon !== null);
    assert.equal((await site.pods()).length, 1);
    assert.equal(site.gateway.isRevoked(machineId), false);

    site.relay.endTurn(machineId);
    await site.until('it is gone', async () => (await site.agents()).length === 0);
    assert.equal(site.gateway.isRevoked(machineId), true);
    assert.deepEqual(await site.user.list(VOLUME_CLAIMS, NAMESPACE), []);
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('a turn that does not end within the drainTimeout is cut only after the Agent was deleted', async () => {
    const site = await fleetOf({ replicas: 1 });
    const [agent] = await site.agents();
    assert.ok(agent?.status?.machineId);
    site.relay.beginTurn(agent.status.machineId);
    await scaleTo(site, 0);
    await site.user.remove(AGENTS, NAMESPACE, agent.metadata.name);

    await site.timers.advance(29 * 60_000);
    assert.equal((await site.agents()).length, 1);
    await site.until('it is gone', async () => (await site.agents()).length === 0);
    assert.equal(site.kubelet.faults.length, 1);
  });

  it('an idle machine sleeps with its disk; a prompt wakes it, looking does not', async () => {
    const site = await fleetOf({ replicas: 1 }, { lifecycle: { hibernateAfter: '10m' } });
    const [agent] = await site.agents();
    assert.ok(agent?.status?.machineId);
    await site.until('it sleeps', async () => (await phaseOf(site)) === 'asleep', 700_000);
    await site.until('its pod is gone', async () => (await site.pods()).length === 0);
    assert.equal((await site.user.list(VOLUME_CLAIMS, NAMESPACE)).length, 1);

    await site.timers.advance(3_600_000);
    assert.equal(await phaseOf(site), 'asleep');
    assert.equal((await site.pool('builders'))?.status?.asleep, 1);

    site.gateway.wake(agent.status.machineId);
    await site.until('it is awake', async () => (await phaseOf(site)) === 'ready');
    assert.equal((await site.agents())[0]?.status?.machineId, agent.status.machineId);
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('a machine is swapped for a new revision when its turn has ended, one at a time', async () => {
    const site = await fleetOf({ replicas: 3 });
    const machines = (await site.agents()).map(({ status }) => status?.machineId ?? '');
    for (const machineId of machines) site.relay.beginTurn(machineId);
    await site.timers.advance(5_000);
    await site.user.mergePatch(AGENT_TEMPLATES, NAMESPACE, 'standard', {
      spec: { pod: { image: 'registry/agent@sha256:2' } },
    });
    await site.timers.advance(60_000);
    assert.equal(await imagesOf(site), '1 1 1');

    site.relay.endTurn(machines[0] ?? '');
    await site.until('one runs the new image', async () => (await imagesOf(site)).includes('2'));
    await site.timers.advance(60_000);
    assert.equal((await imagesOf(site)).match(/1/g)?.length, 2);

    for (const machineId of machines.slice(1)) site.relay.endTurn(machineId);
    await site.until('all run it', async () => (await imagesOf(site)) === '2 2 2');
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('a claim gets a fresh machine, which goes with it and is never given to another', async () => {
    const site = await fleetOf({ autoscale: { minIdle: 1, maxAgents: 3 } });
    await claim(site, 'first', 'ada@example.com');
    await site.until('it is bound', async () => (await phaseOfClaim(site, 'first')) === 'Bound', 5_000);
    const held = (await site.agents()).find(({ spec }) => spec.owner === 'ada@example.com');
    assert.ok(held?.status?.machineId);
    site.relay.beginTurn(held.status.machineId);
    site.relay.endTurn(held.status.machineId);
    await site.until('the pool has another spare', async () => (await site.agents()).length === 2);

    await site.user.remove(AGENT_CLAIMS, NAMESPACE, 'first');
    await site.until('its machine is gone', async () =>
      (await namesOf(site)).every((name) => name !== held.metadata.name),
    );
    await claim(site, 'second', 'bob@example.com');
    await site.until('the second is bound', async () => (await phaseOfClaim(site, 'second')) === 'Bound');
    assert.equal(site.gateway.isRevoked(held.status.machineId), true);
    assert.deepEqual(site.kubelet.faults, []);
  });

  it('a pool with no spares comes to life by a claim and ends empty', async () => {
    const site = await fleetOf({ autoscale: { minIdle: 0, maxAgents: 3 } });
    assert.deepEqual(await site.agents(), []);
    await claim(site, 'first', 'ada@example.com');
    await site.until('it is bound', async () => (await phaseOfClaim(site, 'first')) === 'Bound');
    await site.user.remove(AGENT_CLAIMS, NAMESPACE, 'first');
    await site.until('the pool is empty', async () => (await site.agents()).length === 0);
  });
});
