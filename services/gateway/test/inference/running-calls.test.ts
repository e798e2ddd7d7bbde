import assert from 'node:assert/strict';
import { ServiceError } from '@spectral/common';
import { stillStands } from '../../src/inference/caller.ts';
import { Refusal } from '../../src/inference/refusal.ts';
import { createRunningCalls } from '../../src/inference/running-calls.ts';

const CALLER = { machineId: 'm1', teamId: 't1', keyId: 'k1' };

/** A registry with one call whose right is what `stands` says. */
function oneCall(stands: () => boolean) {
  const running = createRunningCalls();
  const stopped: string[] = [];
  const asked = { times: 0 };
  const call = running.enter(CALLER, async () => {
    asked.times += 1;
    return stands();
  });
  call.hold({ stop: (refusal) => void stopped.push(refusal.message) });
  return { running, call, stopped, asked };
}

describe('running calls', () => {
  it('are checked when an announcement touches their machine or key, and only then', async () => {
    const { running, stopped, asked } = oneCall(() => false);
    running.onAnnouncement({ type: 'machine-revoked', machineId: 'another' });
    running.onAnnouncement({ type: 'key-ended', keyId: 'another' });
    running.onAnnouncement({ type: 'models-changed', teamId: 't1' });
    assert.equal(asked.times, 0);

    running.onAnnouncement({ type: 'key-ended', keyId: 'k1' });
    await running.recheckAll();

    assert.match(stopped[0] ?? '', /machine revoked/);
  });

  it('go on while their right stands', async () => {
    const { running, stopped } = oneCall(() => true);

    await running.recheckAll();

    assert.deepEqual(stopped, []);
  });

  it('are forgotten when they end', async () => {
    const { running, call, asked } = oneCall(() => false);
    call.leave();
    call.hold({ stop: () => assert.fail('over') });

    await running.recheckAll();

    assert.deepEqual([running.count(), asked.times], [0, 0]);
  });

  it('can all be stopped', () => {
    const { running, stopped } = oneCall(() => true);

    running.stopAll(new Refusal('draining', 'overloaded'));

    assert.deepEqual(stopped, ['overloaded']);
  });

  it('are not cut by a question that failed', async () => {
    const failing = (error: Error) => stillStands(() => Promise.reject(error));

    assert.equal(await failing(new Error('the database is away')), true);
    assert.equal(await failing(new ServiceError('unauthenticated', 'expired')), true);
    assert.equal(
      await failing(new ServiceError('unauthenticated', 'x', { details: { reason: 'revoked' } })),
      false,
    );
  });
});
