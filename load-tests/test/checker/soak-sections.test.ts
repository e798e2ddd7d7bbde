import assert from 'node:assert/strict';
import { withSection } from '../../src/checker/soak-sections.ts';

const HEAD = '# Soak\n\nHow it is done.\n';

describe('a result of several runs', () => {
  it('gets a section for a new heading, and another one in place of the old for a known heading', () => {
    const one = withSection(HEAD, 'Seed 1', 'first');
    const two = withSection(one, 'Seed 2', 'second');

    assert.equal(two, `${HEAD}\n## Seed 1\n\nfirst\n\n## Seed 2\n\nsecond\n`);
    assert.equal(withSection(two, 'Seed 1', 'again'), two.replace('first', 'again'));
    assert.equal(withSection(two, 'Seed 12', 'third'), `${two}\n## Seed 12\n\nthird\n`);
  });
});
