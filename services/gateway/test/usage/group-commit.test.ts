import assert from 'node:assert/strict';
import { createGroupCommit, type GroupCommitOptions } from '../../src/usage/group-commit.ts';

/** A group commit whose writes the test lets through one by one. */
function gated(options: Partial<GroupCommitOptions<number>> = {}) {
  const batches: number[][] = [];
  const gates: { open: () => void; fail: () => void }[] = [];
  const commit = createGroupCommit<number>({
    write: (items) => {
      batches.push([...items]);
      return new Promise((resolve, reject) =>
        gates.push({ open: resolve, fail: () => reject(new Error('away')) }),
      );
    },
    onError: () => {},
    maxBatch: 100,
    maxWaiting: 1000,
    patienceMs: 5_000,
    retryMs: 1,
    ...options,
  });
  return { commit, batches, gates };
}
const until = async (condition: () => boolean) => {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

describe('group commit', () => {
  it('writes a lone item at once, and what arrives meanwhile together', async () => {
    const { commit, batches, gates } = gated();
    const all = [commit.add(1), commit.add(2), commit.add(3)];
    gates[0]?.open();
    await until(() => gates.length === 2);
    gates[1]?.open();

    assert.deepEqual(await Promise.all(all), [true, true, true]);
    assert.deepEqual(batches, [[1], [2, 3]]);
    assert.equal(commit.waiting(), 0);
  });

  it('tries a failed batch again', async () => {
    const { commit, batches, gates } = gated();
    const added = commit.add(1);
    gates[0]?.fail();
    await until(() => gates.length === 2);
    gates[1]?.open();

    assert.equal(await added, true);
    assert.deepEqual(batches, [[1], [1]]);
  });

  it('lets callers go after a while, and writes their items later all the same', async () => {
    const { commit, gates } = gated({ patienceMs: 5 });

    assert.equal(await commit.add(1), false);
    assert.equal(commit.waiting(), 1);
    gates[0]?.open();
    await until(() => commit.waiting() === 0);
  });

  it('holds a bounded number of items and gives the oldest up', async () => {
    const { commit } = gated({ maxWaiting: 2, patienceMs: 50 });

    assert.deepEqual(await Promise.all([commit.add(1), commit.add(2), commit.add(3)]), [false, false, false]);
    assert.deepEqual([commit.waiting(), commit.dropped()], [2, 1]);
  });

  it('limits a batch', async () => {
    const { commit, batches, gates } = gated({ maxBatch: 2 });
    const all = [1, 2, 3, 4].map((item) => commit.add(item));
    for (const count of [1, 2, 3]) {
      await until(() => gates.length === count);
      gates[count - 1]?.open();
    }

    await Promise.all(all);
    assert.deepEqual(batches, [[1], [2, 3], [4]]);
  });

  it('writes what waits when it closes, within a bound', async () => {
    const { commit, gates } = gated();
    void commit.add(1);
    const begun = performance.now();
    await commit.close(30);
    assert.ok(performance.now() - begun < 1_000);

    gates[0]?.open();
    await commit.close(1_000);
    assert.equal(commit.waiting(), 0);
  });
});
