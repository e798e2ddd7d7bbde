import assert from 'node:assert/strict';
import { tokenUsage } from '../../../src/drivers/pi/usage.ts';

const PRICE = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };

describe('token usage', () => {
  it('costs 0.0105 USD for 1,000 in and 500 out at 3 and 15 per million', () => {
    assert.equal(
      tokenUsage({ input: 1000, output: 500, cacheRead: 0, cacheWrite: 0, totalTokens: 1500 }, PRICE)?.cost,
      0.0105,
    );
  });

  it('counts cache writes kept an hour once, at their own price', () => {
    const usage = tokenUsage(
      {
        input: 0,
        output: 0,
        cacheRead: 0,
        cacheWrite: 1_000_000,
        cacheWrite1h: 400_000,
        totalTokens: 1_000_000,
      },
      PRICE,
    );

    assert.equal(usage?.cost, 0.6 * 3.75 + 0.4 * 6);
    assert.equal(usage?.cacheWriteTokens, 1_000_000);
  });

  it('is unknown when the provider told nothing, and its cost when the price is unknown', () => {
    const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };

    assert.equal(tokenUsage(nothing, PRICE), null);
    assert.equal(tokenUsage(undefined, PRICE), null);
    assert.equal(tokenUsage({ ...nothing, output: 1 }, null)?.cost, null);
  });
});
