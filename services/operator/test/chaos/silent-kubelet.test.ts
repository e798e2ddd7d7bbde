// A kubelet that is late, or cut off from the API server: what it said last is no proof that nothing runs.
import assert from 'node:assert/strict';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { startFleetSite } from '../support/start-fleet-site.ts';

describe('a kubelet that says nothing', () => {
  cleanUpAfterEach();

  it('leaves a machine on which a turn runs where it is, though by its word nothing has started', async () => {
    const site = await startFleetSite();
    site.kubelet.silent = true;
    site.startOperator();
    await site.createPool('build', 1);
    await site.until('it is online', () => site.relay.online.length === 1);
    const [machineId = ''] = site.relay.online;
    assert.ok(site.relay.beginTurn(machineId));

    await site.update('registry.example/agent@sha256:2');
    await site.timers.advance(30_000);
    await site.scale('build', 0);
    await site.timers.advance(30_000);

    assert.deepEqual(site.kubelet.faults, []);
    assert.equal(site.relay.activityOf(machineId)?.turns, 1);
    site.kubelet.silent = false;
    site.relay.endTurn(machineId);
    await site.until('it is gone', async () => (await site.agents()).length === 0);
    assert.deepEqual(site.kubelet.faults, []);
  });
});
