import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InterestTable } from '../../src/routing/interest.ts';

describe('interest', () => {
  it('names each pod of a channel once, however many readers it has', () => {
    const interest = new InterestTable();
    interest.add('channel', 'a', 1);
    interest.add('channel', 'a', 2);
    interest.add('channel', 'b', 1);
    interest.add('other', 'c', 1);

    assert.deepEqual([...interest.podsOf('channel').keys()], ['a', 'b']);
  });

  it('forgets a pod with its last reader, and a reader with all its channels', () => {
    const interest = new InterestTable();
    interest.add('one', 'a', 1);
    interest.add('two', 'a', 1);
    interest.add('two', 'a', 2);

    assert.equal(interest.remove('one', 'a', 1), true);
    assert.equal(interest.remove('one', 'a', 1), false);
    assert.equal(interest.podsOf('one').size, 0);
    interest.removeReader('a', 1);
    assert.deepEqual(interest.ofPod('a'), [[2, 'two']]);
  });

  it('holds what a plain list of who opened and closed what would hold', () => {
    const step = fc.record({
      add: fc.boolean(),
      channel: fc.constantFrom('x', 'y', 'z'),
      podId: fc.constantFrom('a', 'b'),
      reader: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const interest = new InterestTable();
        const model = new Set<string>();
        for (const { add, channel, podId, reader } of steps) {
          const key = `${podId} ${reader} ${channel}`;
          if (add) interest.add(channel, podId, reader);
          else assert.equal(interest.remove(channel, podId, reader), model.has(key));
          if (add) model.add(key);
          else model.delete(key);
        }
        const held = ['a', 'b'].flatMap((podId) =>
          interest.ofPod(podId).map(([reader, channel]) => `${podId} ${reader} ${channel}`),
        );
        assert.deepEqual(new Set(held), model);
      }),
    );
  });
});
