import assert from 'node:assert/strict';
import { TeamCounts } from '../../src/routing/team-counts.ts';

describe('team counts', () => {
  it('counts each team for itself, up and down', () => {
    const counts = new TeamCounts();

    counts.add('red');
    counts.add('red');
    counts.add('blue');
    counts.remove('red');
    counts.remove('blue');

    assert.equal(counts.of('red'), 1);
    assert.equal(counts.of('blue'), 0);
    assert.equal(counts.of('green'), 0);
  });
});
