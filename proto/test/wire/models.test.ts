import assert from 'node:assert/strict';
import { costOf } from '../../wire/index.ts';

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

describe('cost of a call', () => {
  it('is 0.0105 USD for 1,000 tokens in and 500 out at 3 and 15 USD per million', () => {
    assert.equal(costOf(price, { ...none, input: 1000, output: 500 }), 0.0105);
  });

  it('prices cache reads and both kinds of cache writes on their own', () => {
    const tokens = { ...none, cacheRead: 1_000_000, cacheWrite: 1_000_000, cacheWrite1h: 1_000_000 };

    assert.equal(costOf(price, tokens), 10.05);
  });

  it('is unknown for an unknown price, not zero', () => {
    assert.equal(costOf(null, { ...none, input: 1000 }), null);
  });
});
