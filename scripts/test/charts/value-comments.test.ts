// How comments of a values file are read.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { valueComments } from '../../charts/value-comments.ts';

describe('comments of a values file', () => {
  it('belong to the key below them, at any depth, in the order of the file', () => {
    const text =
      '# First.\na: 1\n# A part\n# of two lines.\nb:\n  # Inner.\n  c: [1, 2]\n  # Limits.\n  d:\n    limits: { memory: 1Gi }\n';

    assert.deepEqual(
      valueComments(text).map(({ path, text: said, isSection }) => [path, said, isSection]),
      [
        ['a', 'First.', false],
        ['b', 'A part of two lines.', true],
        ['b.c', 'Inner.', false],
        ['b.d', 'Limits.', false],
      ],
    );
  });

  it('are empty for a key without one, so that a test can tell', () => {
    assert.deepEqual(
      valueComments('# First.\na: 1\nb: 2\n').map(({ text }) => text),
      ['First.', ''],
    );
  });

  it('refuse a text that is no map', () => {
    assert.throws(() => valueComments('- a\n'), /YAML map/);
  });
});
