// A leader that was stopped and goes on, after another one took over: what it still had under way has no effect.
import assert from 'node:assert/strict';
import { PODS } from '../../src/kinds/index.ts';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import type { Call } from '../support/fateful-life.ts';
import { startFleetSite, type FleetSite } from '../support/start-fleet-site.ts';

describe('two leaders', function () {
  this.timeout(30_000);
  cleanUpAfterEach();

  const isPodRemoval = ({ verb, kind }: Call) => verb === 'remove' && kind === 'Pod';
  const isNoting = ({ verb, kind }: Call) => verb === 'mergePatch' && kind === 'Pod';
  const isCordon = ({ verb }: Call) => verb === 'cordon';
  const isLease = ({ kind }: Call) => kind === 'Lease';

  for (const [what, isLate] of Object.entries({
    'the removal of a pod': isPodRemoval,
    'the note before it': isNoting,
    'a cordon': isCordon,
  })) {
    it(`${what}, under way while another takes over and gives the machine back, cuts no turn`, async () => {
      const site = await startFleetSite();
      const state = { stopped: false };
      const late = site.startOperator((call) => {
        if (site.relay.online.length === 1 && isUpdating && isLate(call)) state.stopped = true;
        return state.stopped && (isLate(call) || isLease(call)) ? 'held' : 'passes';
      });
      let isUpdating = false;
      await aPool(site);

      isUpdating = true;
      await site.update('registry.example/agent@sha256:2');
      await site.until('the late call is under way', () => state.stopped);
      await site.update('registry.example/agent@sha256:1');
      const next = site.startOperator();
      await site.until('the other one leads', () => next.isLeading());
      assert.equal(late.isLeading(), false);
      const [machineId = ''] = site.relay.online;
      await site.until('a turn begins', () => site.relay.beginTurn(machineId));
      late.life.release();
      await site.timers.advance(60_000);

      assert.deepEqual(site.kubelet.faults, []);
      assert.deepEqual(site.relay.online, [machineId]);
      assert.equal(site.relay.activityOf(machineId)?.turns, 1);
      site.relay.endTurn(machineId);
      await site.until('it takes turns', () => site.relay.activityOf(machineId)?.cordon === null);
      assert.equal((await site.cluster.list(PODS, 'fleet')).length, 1);
    });
  }

  it('creations of a late leader double nothing', async () => {
    const site = await startFleetSite();
    const state = { stopped: false };
    const late = site.startOperator(({ verb, kind }) => {
      if (verb === 'create' && kind === 'Pod') state.stopped = true;
      return state.stopped ? 'held' : 'passes';
    });
    await site.until('it leads', () => late.isLeading());
    await site.createPool('build', 3);
    await site.until('creations are under way', () => state.stopped);

    const next = site.startOperator();
    await site.until('all are online', () => site.relay.online.length === 3);
    late.life.release();
    await site.timers.advance(60_000);

    assert.ok(next.isLeading());
    assert.deepEqual(await site.agents(), ['build-0', 'build-1', 'build-2']);
    assert.equal(site.relay.online.length, 3);
    assert.equal(site.gateway.kept.size, 3);
    assert.deepEqual(site.kubelet.faults, []);
  });
});

async function aPool(site: FleetSite): Promise<void> {
  await site.createPool('build', 1);
  await site.until('it is online', () => site.relay.online.length === 1);
  await site.timers.advance(10_000);
}
