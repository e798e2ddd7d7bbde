import assert from 'node:assert/strict';
import { busiestSecond } from '../../src/relay/busiest-second.ts';

describe('the busiest second', () => {
  it('counts what lies within a second, wherever it begins', () => {
    assert.equal(busiestSecond([900, 0, 1_050, 1_890, 5_000]), 3);
  });

  it('leaves out what is a whole second away', () => {
    assert.equal(busiestSecond([0, 1_000, 2_000]), 1);
  });

  it('is nothing when nothing happened', () => {
    assert.equal(busiestSecond([]), 0);
  });
});
