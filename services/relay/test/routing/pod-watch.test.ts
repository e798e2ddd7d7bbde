import assert from 'node:assert/strict';
import { createPodWatch } from '../../src/routing/pod-watch.ts';

describe('pod watch', () => {
  it('declares a pod dead at the second look in a row that misses it, once', async () => {
    const { look, lost, alive } = start(['a', 'b']);

    await look();
    alive.delete('a');
    await look();
    assert.deepEqual(lost, []);
    await look();
    await look();

    assert.deepEqual(lost, ['a']);
  });

  it('a pod missed once and seen again is not dead', async () => {
    const { look, lost, alive } = start(['a']);

    for (let round = 0; round < 5; round++) {
      alive.delete('a');
      await look();
      alive.add('a');
      await look();
    }

    assert.deepEqual(lost, []);
  });

  it('a dead pod that is heard again counts as alive', async () => {
    const { look, watch, alive } = start(['a']);
    alive.delete('a');
    await look();
    await look();
    assert.equal(watch.isLost('a'), true);

    alive.add('a');
    await look();

    assert.equal(watch.isLost('a'), false);
  });

  it('while nothing can be told nobody is declared dead', async () => {
    const { look, lost, state } = start(['a']);
    state.away = true;

    for (let round = 0; round < 5; round++) await look();

    assert.deepEqual(lost, []);
  });

  it('a dead pod is forgotten in the end', async () => {
    const { look, lost, alive, watched, watch } = start(['a']);
    alive.delete('a');
    for (let round = 0; round < 3; round++) await look();
    watched.delete('a');

    for (let round = 0; round < 70; round++) await look();

    assert.deepEqual(lost, ['a']);
    assert.equal(watch.isLost('a'), false);
  });
});

function start(podIds: string[]) {
  const alive = new Set(podIds);
  const watched = new Set(podIds);
  const lost: string[] = [];
  const state = { away: false };
  const watch = createPodWatch({
    bus: {
      podId: 'self',
      async reachable(asked) {
        if (state.away) throw new Error('away');
        return new Set(asked.filter((podId) => alive.has(podId)));
      },
    },
    watch: () => new Set([...watched, 'self']),
    onLost: (podId) => lost.push(podId),
  });
  const look = async () => {
    watch.check();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { alive, watched, lost, state, watch, look };
}
