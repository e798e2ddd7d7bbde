import { strict as assert } from 'node:assert';
import { createCordon } from '../../src/live/cordon.ts';

describe('a cordon', () => {
  it('holds under its fence, and is lifted under the same', () => {
    const cordon = open();

    assert.equal(cordon.obey({ kind: 'cordon', fence: 7 }), true);
    assert.deepEqual([cordon.under, cordon.fence], [7, 7]);
    assert.equal(cordon.obey({ kind: 'uncordon', fence: 7 }), true);
    assert.deepEqual([cordon.under, cordon.fence], [null, 7]);
  });

  it('is taken over by a higher fence, and neither set nor lifted under a lower one', () => {
    const cordon = open();
    cordon.obey({ kind: 'cordon', fence: 7 });
    cordon.obey({ kind: 'cordon', fence: 9 });

    assert.equal(cordon.obey({ kind: 'uncordon', fence: 8 }), false);
    assert.deepEqual([cordon.under, cordon.fence], [9, 9]);
    cordon.obey({ kind: 'uncordon', fence: 10 });
    assert.equal(cordon.obey({ kind: 'cordon', fence: 9 }), false);
    assert.equal(cordon.under, null);
  });

  it('is not obeyed when the fence cannot be kept', () => {
    const cordon = open(() => {
      throw new Error('the disk is full');
    });

    assert.throws(() => cordon.obey({ kind: 'cordon', fence: 1 }), /disk is full/);
    assert.deepEqual([cordon.under, cordon.fence], [null, 0]);
  });

  function open(keep = (write: () => void) => write()) {
    const marks = {
      fence: 0,
      raiseFence(fence: number) {
        marks.fence = fence;
      },
    };
    return createCordon(marks, keep);
  }
});
