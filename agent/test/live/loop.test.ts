import { strict as assert } from 'node:assert';
import { LOOP_DONE_MARKER } from '@spectral/proto/wire';
import { endOfLoop, iterationPrompt, nextIteration, startLoop } from '../../src/live/loop.ts';

const WANTED = { prompt: 'tidy up', goal: 'no warning is left', max: 3 };

describe('loop mode', () => {
  it('tells the agent the prompt, the goal, the iteration and how to say it is done', () => {
    const { loop } = nextIteration(startLoop(WANTED));

    const text = iterationPrompt(loop);

    for (const part of ['tidy up', 'no warning is left', 'iteration 1 of at most 3', LOOP_DONE_MARKER])
      assert.ok(text.includes(part), part);
  });

  for (const [wanted, max] of [
    [0, 1],
    [1, 1],
    [100, 100],
    [1000, 100],
    [2.7, 2],
  ] as const) {
    it(`takes a limit of ${wanted} as ${max}`, () => {
      assert.equal(startLoop({ ...WANTED, max: wanted }).max, max);
    });
  }

  it('goes on until its limit, then ends by it', () => {
    const first = nextIteration(startLoop(WANTED)).loop;
    const third = nextIteration(nextIteration(first).loop).loop;
    const done = { reason: 'done', text: 'more to do' };

    assert.equal(endOfLoop(first, done), null);
    assert.deepEqual(endOfLoop(third, done), { type: 'loop_max_iterations', iterations: 3 });
  });

  it('ends by the marker even at its limit, and is stopped by a failed or cancelled turn', () => {
    const { loop } = nextIteration(startLoop({ ...WANTED, max: 1 }));

    assert.equal(endOfLoop(loop, { reason: 'done', text: `ok ${LOOP_DONE_MARKER}` })?.type, 'loop_complete');
    assert.equal(endOfLoop(loop, { reason: 'cancelled', text: LOOP_DONE_MARKER })?.type, 'loop_stopped');
    assert.equal(endOfLoop(loop, { reason: 'error', text: '' })?.type, 'loop_stopped');
  });
});
