import assert from 'node:assert/strict';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { startFleetSite } from '../support/start-fleet-site.ts';

describe('an operator that starts while the gateway is away', () => {
  cleanUpAfterEach();

  it('lets an Agent that never had a machine go once the gateway is back', async () => {
    const site = await startFleetSite();
    site.gateway.away = true;
    site.startOperator();
    await site.createPool('build', 1);
    await site.until('the Agent is there', async () => (await site.agents()).length === 1);

    await site.removePool('build');
    await site.timers.advance(30_000);
    assert.deepEqual(await site.agents(), ['build-0'], 'whether there is a machine to revoke is not known');
    site.gateway.away = false;

    await site.until('the Agent is gone', async () => (await site.agents()).length === 0, 10_000);
  });
});
