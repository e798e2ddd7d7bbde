import assert from 'node:assert/strict';
import { emptyTally, sumOf, tallyLine } from '../../test-run/tally.ts';

describe('the tally', () => {
  it('names skipped tests only when there are any', () => {
    assert.equal(tallyLine({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed');
    assert.equal(tallyLine({ passed: 12, failed: 1, skipped: 3 }), '12 passed, 1 failed, 3 skipped');
  });

  it('adds up over suites', () => {
    const one = { passed: 2, failed: 1, skipped: 4 };

    assert.deepEqual(sumOf([one, emptyTally, one]), { passed: 4, failed: 2, skipped: 8 });
  });
});
