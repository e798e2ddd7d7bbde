import assert from 'node:assert/strict';
import { AGENT_POOLS, AGENT_TEMPLATES } from '../../src/kinds/index.ts';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { pool, startFleetSite, template } from '../support/start-operator.ts';

describe('a pool of machines', () => {
  cleanUpAfterEach();

  it('comes up, each machine with a disk, a token and a pod', async () => {
    const site = await startFleetSite();
    await site.user.create(AGENT_TEMPLATES, template('standard'));
    await site.user.create(AGENT_POOLS, pool('builders', { replicas: 3 }));

    site.operator();
    await site.until(
      'three machines are ready',
      async () => (await site.pool('builders'))?.status?.ready === 3,
    );

    const agents = await site.agents();
    assert.deepEqual(
      agents.map(({ status }) => status?.phase),
      ['ready', 'ready', 'ready'],
    );
    assert.deepEqual(site.kubelet.faults, []);
  });
});
