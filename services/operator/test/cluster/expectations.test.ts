import assert from 'node:assert/strict';
import { createExpectations, EXPECTATION_EXPIRY_MS } from '../../src/cluster/expectations.ts';
import { fakeTimers } from '../support/fake-timers.ts';

describe('expectations', () => {
  it('are out until each change was seen, for each key by itself', () => {
    const expectations = createExpectations(() => 0);

    expectations.expect('pool-a', 'added 1');
    expectations.expect('pool-a', 'added 2');
    expectations.expect('pool-b', 'removed 3');
    expectations.settle('pool-a', 'added 1');
    expectations.settle('pool-a', 'added 1');
    expectations.settle('pool-b', 'removed 3');

    assert.equal(expectations.outstanding('pool-a'), 1);
    assert.equal(expectations.outstanding('pool-b'), 0);
    expectations.forget('pool-a');
    assert.equal(expectations.outstanding('pool-a'), 0);
  });

  it('a change nobody expected is fine', () => {
    const expectations = createExpectations(() => 0);

    expectations.settle('pool', 'added by hand');

    assert.equal(expectations.outstanding('pool'), 0);
  });

  it('one that is never seen is given up', async () => {
    const timers = fakeTimers();
    const expectations = createExpectations(timers.now);
    expectations.expect('pool', 'added lost');

    await timers.advance(EXPECTATION_EXPIRY_MS - 1);
    assert.equal(expectations.outstanding('pool'), 1);
    await timers.advance(1);

    assert.equal(expectations.outstanding('pool'), 0);
  });
});
