import assert from 'node:assert/strict';
import type { AgentView } from '../../src/plan/agent-view.ts';
import { updateTurns } from '../../src/plan/update-turns.ts';
import { NOW, pool, view } from '../support/facts.ts';

const old = (name: string, change: Partial<AgentView> = {}) => view(name, { isOutdated: true, ...change });

describe('whose turn it is to take a new revision', () => {
  it('the machine that is idle longest, one at a time', () => {
    const views = [
      old('a'),
      old('b', { idleSince: NOW - 90_000 }),
      old('c', { standing: 'busy', idleSince: null }),
    ];
    assert.deepEqual(turns({}, views), ['b']);
  });

  it('nobody else, while one that took it has not come back', () => {
    assert.deepEqual(turns({}, [old('a'), view('b', { standing: 'starting' })]), []);
    assert.deepEqual(turns({}, [old('a'), view('b', { standing: 'failed' })]), []);
    assert.deepEqual(turns({ maxUnavailable: 2 }, [old('a'), view('b', { standing: 'failed' })]), ['a']);
  });

  it('the one that is being drained for it goes on', () => {
    assert.deepEqual(turns({}, [old('a', { isCordoned: true }), old('b')]), ['a']);
  });

  it('machines that are away anyhow take it at once', () => {
    const views = [old('a', { standing: 'failed' }), old('b', { standing: 'starting' }), old('c')];
    assert.deepEqual(turns({}, views), ['a', 'b']);
  });

  it('nobody in a pool that never updates', () => {
    assert.deepEqual(turns({ type: 'Never' }, [old('a')]), []);
  });
});

function turns(update: Record<string, unknown>, views: readonly AgentView[]): string[] {
  return [...updateTurns(pool({ replicas: 3, update }), views)];
}
