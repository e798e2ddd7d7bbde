import assert from 'node:assert/strict';
import { SECRETS } from '../../src/kinds/index.ts';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { startFleetSite } from '../support/start-fleet-site.ts';

describe('a pod whose enrolment token was lost before it was read', () => {
  cleanUpAfterEach();

  it('gets another one when the first would have ended', async () => {
    const site = await startFleetSite();
    site.kubelet.full = true;
    const operator = site.startOperator();
    await site.createPool('build', 1);
    await site.until('the pod is there', async () => (await site.images()).length === 1);
    await site.cluster.remove(SECRETS, 'fleet', 'build-0-enrolment');
    site.kubelet.full = false;

    await site.timers.advance(480_000);
    assert.deepEqual(site.relay.online, []);
    await site.until('it is online', () => site.relay.online.length === 1, 90_000);

    assert.equal(operator.counters.podsStarted, 1);
    assert.equal(site.gateway.kept.size, 1);
  });
});
