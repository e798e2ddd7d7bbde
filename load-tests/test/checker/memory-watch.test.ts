import assert from 'node:assert/strict';
import { meanOfGrown, thirdsOf, type MemorySample } from '../../src/checker/memory-watch.ts';

const RUN = { relay: 0, beganAt: 0, endedAt: 300_000 };

describe('the memory of a run', () => {
  it('is compared by the means of the middle and the last third of one relay', () => {
    const samples = [sample(50_000, 10), sample(120_000, 100), sample(180_000, 110), sample(250_000, 120)];

    assert.deepEqual(thirdsOf([...samples, { ...sample(260_000, 999), relay: 1 }], RUN), {
      middle: 105,
      last: 120,
    });
  });

  it('is unknown where a third has no samples', () => {
    assert.equal(thirdsOf([sample(50_000, 10), sample(250_000, 120)], RUN), null);
  });

  it('of the whole fleet counts processes alone that are older than two minutes', () => {
    const samples = [sample(10_000, 50), { ...sample(200_000, 100), relay: 1 }, sample(220_000, 110)];

    assert.equal(meanOfGrown(samples), 105);
    assert.equal(meanOfGrown([sample(10_000, 50)]), null);
  });
});

/** Of relay 0, which runs from the beginning. */
function sample(at: number, mb: number): MemorySample {
  return { at, relay: 0, ageMs: at, mb };
}
