import assert from 'node:assert/strict';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { askFleet } from '../support/fleet-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { OPERATOR_SECRET, memoryGround, startPod } from '../support/start-pod.ts';

describe('the door of a fleet’s operator', () => {
  cleanUpAfterEach();

  it('opens to the operator’s secret alone', async () => {
    const { url } = await startPod(memoryGround(await createIdentity()));

    const refused = await askFleet(url, 'activity', { machineIds: [] }, 'not the secret');
    const bare = await fetch(`${url}/internal/fleet/activity`, { method: 'POST' });

    assert.deepEqual([refused.status, refused.body.error.code], [401, 'unauthenticated']);
    assert.equal(bare.status, 401);
    assert.equal((await askFleet(url, 'activity', { machineIds: [] })).status, 200);
  });

  it('does not exist where no secret is configured', async () => {
    const ground = memoryGround(await createIdentity());
    const { url } = await startPod(ground, { operatorSecret: null });

    assert.equal((await askFleet(url, 'activity', { machineIds: [] })).status, 404);
  });

  it('says what is wrong with a question', async () => {
    const { url } = await startPod(memoryGround(await createIdentity()));
    const many = Array.from({ length: 1_001 }, (_, index) => `${index}`);

    const results = [
      await askFleet(url, 'activity', { machineIds: 'm' }),
      await askFleet(url, 'activity', { machineIds: many }),
      await askFleet(url, 'machines/m/cordon', { fence: -1 }),
      await askFleet(url, 'machines/m/cordon', {}),
      await askFleet(url, 'machines/m/delete', {}),
      await askFleet(url, 'activity', { machineIds: ['x'.repeat(300_000)] }),
    ];

    assert.deepEqual(
      results.map(({ status }) => status),
      [400, 400, 400, 400, 404, 413],
    );
    const get = await fetch(`${url}/internal/fleet/activity`, {
      headers: { authorization: `Bearer ${OPERATOR_SECRET}` },
    });
    assert.equal(get.status, 404);
  });

  it('answers for a thousand machines at once', async () => {
    const { url } = await startPod(memoryGround(await createIdentity()));
    const machineIds = Array.from({ length: 1_000 }, (_, index) => `machine-${index}`);

    const { body } = await askFleet(url, 'activity', { machineIds });

    assert.deepEqual(
      body.machines.map(({ machineId }: { machineId: string }) => machineId),
      machineIds,
    );
  });

  it('says that it cannot tell while the store is away, instead of a verdict', async () => {
    const ground = memoryGround(await createIdentity());
    const away = () => Promise.reject(new Error('away'));
    const { url } = await startPod({ ...ground, presence: { ...ground.presence, find: away } });

    const activity = await askFleet(url, 'activity', { machineIds: ['m'] });
    const cordon = await askFleet(url, 'machines/m/cordon', { fence: 1 });

    assert.deepEqual(
      [activity, cordon].map(({ status, body }) => [status, body.error.code]),
      [
        [503, 'unavailable'],
        [503, 'unavailable'],
      ],
    );
  });
});
