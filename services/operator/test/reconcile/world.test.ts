import assert from 'node:assert/strict';
import { AGENTS } from '../../src/kinds/index.ts';
import { startWorld } from '../../src/reconcile/world.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { agent } from '../support/facts.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';
import { until } from '../support/until.ts';

describe('the world of the operator', () => {
  cleanUpAfterEach();

  it('tells of each object that it is gone, once, though another of its name took its place', async () => {
    const { connect, namespace } = startMemoryCluster();
    const user = connect('user');
    const gone: string[] = [];
    const ignore = () => {};
    const world = startWorld(connect('operator'), [namespace], {
      agent: ignore,
      pool: ignore,
      template: ignore,
      claim: ignore,
      policy: ignore,
      part: ignore,
      gone: (uid) => gone.push(uid),
    });
    afterTest(() => world.close());
    await world.synced;
    const born = { ...agent(), metadata: { namespace, name: 'builders-0' } };

    const first = await user.create(AGENTS, born);
    await user.remove(AGENTS, namespace, 'builders-0', { uid: first.metadata.uid });
    const second = await user.create(AGENTS, born);
    await until('the second is seen', () => world.agents.by('uid', second.metadata.uid).length === 1);
    await user.mergePatch(AGENTS, namespace, 'builders-0', { metadata: { labels: { seen: 'true' } } });
    await until('its change is seen', () =>
      world.agents.all().some(({ metadata }) => metadata.labels?.['seen'] === 'true'),
    );

    assert.deepEqual(gone, [first.metadata.uid]);
  });
});
