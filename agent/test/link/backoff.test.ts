import { strict as assert } from 'node:assert';
import { BACKOFF_JITTER, BACKOFF_SCHEDULE_MS } from '@spectral/proto/wire';
import { backoffMs } from '../../src/link/backoff.ts';

describe('backoff', () => {
  it('follows the schedule 1, 2, 5, 15, 30 s and repeats its last slot for ever', () => {
    const middle = [0, 1, 2, 3, 4, 5, 500].map((attempt) => backoffMs(attempt, () => 0.5));

    assert.deepEqual(middle, [...BACKOFF_SCHEDULE_MS, 30_000, 30_000]);
  });

  it('varies every slot by 20 % either way, and no further', () => {
    for (const [attempt, slot] of BACKOFF_SCHEDULE_MS.entries()) {
      assert.equal(
        backoffMs(attempt, () => 0),
        slot * (1 - BACKOFF_JITTER),
      );
      assert.equal(
        backoffMs(attempt, () => 1),
        slot * (1 + BACKOFF_JITTER),
      );
    }
  });
});
