import assert from 'node:assert/strict';
import { localStorageOf } from '../../src/data/storage.ts';

describe('storage', () => {
  it('a blocked storage is an empty one', () => {
    const blocked = localStorageOf({
      length: 0,
      clear: fail,
      getItem: fail,
      key: fail,
      removeItem: fail,
      setItem: fail,
    });

    blocked.write('theme', 'dark');

    assert.equal(blocked.read('theme'), null);
  });
});

function fail(): never {
  throw new Error('SecurityError');
}
