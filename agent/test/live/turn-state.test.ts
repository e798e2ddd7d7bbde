import { strict as assert } from 'node:assert';
import { placeOfPrompt, statusAfter, whatFollows } from '../../src/live/turn-state.ts';

describe('the state of a turn', () => {
  it('starts a prompt at once only while nothing runs and nothing waits', () => {
    assert.equal(placeOfPrompt('idle', 0, 'queue'), 'now');
    assert.equal(placeOfPrompt('idle', 1, 'queue'), 'queue');
    assert.equal(placeOfPrompt('running', 0, 'queue'), 'queue');
  });

  it('steers a running turn, and queues behind one that is being cancelled or a compaction', () => {
    assert.equal(placeOfPrompt('running', 2, 'steer'), 'steer');
    assert.equal(placeOfPrompt('cancelling', 0, 'steer'), 'queue');
    assert.equal(placeOfPrompt('compacting', 0, 'steer'), 'queue');
  });

  it('runs what people sent before the next iteration of a loop, and nothing while the machine stops', () => {
    assert.equal(whatFollows(1, true, 'open'), 'prompt');
    assert.equal(whatFollows(0, true, 'open'), 'iteration');
    assert.equal(whatFollows(0, false, 'open'), 'rest');
    assert.equal(whatFollows(3, true, 'closed'), 'rest');
  });

  it('under a cordon runs what was taken before, and no further iteration', () => {
    assert.equal(whatFollows(1, true, 'cordoned'), 'prompt');
    assert.equal(whatFollows(0, true, 'cordoned'), 'rest');
  });

  it('leaves a session failed after an error and idle after a cancel', () => {
    assert.deepEqual((['done', 'cancelled', 'error', 'interrupted'] as const).map(statusAfter), [
      'idle',
      'idle',
      'failed',
      'interrupted',
    ]);
  });
});
