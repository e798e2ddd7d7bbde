import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Existing, KubeObject } from '../../src/cluster/index.ts';
import { createStore, keyOf, partsOfKey } from '../../src/cluster/store.ts';
import { anObject } from '../support/an-object.ts';

const byPool = { pool: (object: Existing<KubeObject>) => Object.keys(object.metadata.labels ?? {}) };

describe('store', () => {
  it('finds objects by name and by what they are filed under', () => {
    const store = createStore(byPool);

    store.put(anObject('a', { labels: { red: '', big: '' } }));
    store.put(anObject('b', { labels: { red: '' } }));

    assert.equal(store.get('fleet', 'a')?.metadata.name, 'a');
    assert.equal(store.get('elsewhere', 'a'), undefined);
    assert.deepEqual(
      store.by('pool', 'red').map(({ metadata }) => metadata.name),
      ['a', 'b'],
    );
    assert.deepEqual(store.by('pool', 'none'), []);
    assert.equal(store.size, 2);
  });

  it('an object that changes is filed anew, one that goes is filed nowhere', () => {
    const store = createStore(byPool);
    store.put(anObject('a', { labels: { red: '' } }));

    store.put(anObject('a', { labels: { blue: '' } }));
    assert.deepEqual([store.by('pool', 'red').length, store.by('pool', 'blue').length], [0, 1]);
    store.drop('fleet', 'a');

    assert.deepEqual([store.by('pool', 'blue').length, store.size], [0, 0]);
  });

  it('after any puts and drops each index says what a look at every object says', () => {
    const labels = fc.dictionary(fc.constantFrom('red', 'blue', 'big'), fc.constant(''));
    const step = fc.record({
      namespace: fc.constantFrom('one', 'two'),
      name: fc.constantFrom('a', 'b', 'c'),
      labels: fc.option(labels, { nil: null }),
    });

    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const store = createStore(byPool);
        const model = new Map<string, Existing<KubeObject>>();
        for (const { namespace, name, labels: wanted } of steps) {
          if (wanted === null) {
            store.drop(namespace, name);
            model.delete(keyOf(namespace, name));
          } else {
            const object = anObject(name, { namespace, labels: wanted });
            store.put(object);
            model.set(keyOf(namespace, name), object);
          }
        }

        assert.deepEqual(new Set(store.all()), new Set(model.values()));
        for (const pool of ['red', 'blue', 'big']) {
          const expected = [...model.values()].filter(({ metadata }) => pool in (metadata.labels ?? {}));
          assert.deepEqual(new Set(store.by('pool', pool)), new Set(expected));
        }
      }),
    );
  });

  it('a key leads back to its parts', () => {
    assert.deepEqual(partsOfKey(keyOf('fleet', 'build-1')), { namespace: 'fleet', name: 'build-1' });
  });
});
