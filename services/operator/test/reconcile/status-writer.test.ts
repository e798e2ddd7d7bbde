import assert from 'node:assert/strict';
import type { Cluster } from '../../src/cluster/index.ts';
import { AGENTS } from '../../src/kinds/index.ts';
import { createFreshness } from '../../src/reconcile/freshness.ts';
import { createStatusWriter, type Haste } from '../../src/reconcile/status-writer.ts';
import { agent } from '../support/facts.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';

/** A writer with a clock of its own, and what it wrote. */
async function setUp() {
  const clock = { ms: 0 };
  const server = { isAway: false };
  const written: unknown[] = [];
  const connected = startMemoryCluster().connect('operator');
  const found = await connected.create(AGENTS, agent());
  const cluster: Pick<Cluster, 'applyStatus'> = {
    async applyStatus(resource, object, options) {
      if (server.isAway) throw new Error('away');
      written.push((object as { readonly status?: unknown }).status);
      return connected.applyStatus(resource, object, options);
    },
  };
  const writer = createStatusWriter(cluster, createFreshness(), () => clock.ms);
  const write = (haste: Haste, nodeName: string, object = found) =>
    writer.write(AGENTS, object, { status: { nodeName }, haste });
  return { clock, found, server, written, writer, write };
}

describe('the writer of statuses', () => {
  it('writes what cannot wait at once, and what is so already not at all', async () => {
    const { found, write, written } = await setUp();

    assert.equal(await write('now', 'node-1'), null);
    assert.equal(await write('now', 'node-1', { ...found, status: { nodeName: 'node-1' } }), null);

    assert.deepEqual(written, [{ nodeName: 'node-1' }]);
  });

  for (const [haste, ms] of [
    ['soon', 2_000],
    ['later', 5_000],
  ] as const) {
    it(`gathers for ${ms} ms from the first change what is to be written ${haste}, and writes the last`, async () => {
      const { clock, write, written } = await setUp();

      assert.equal(await write(haste, 'node-1'), ms);
      clock.ms = 1_500;
      assert.equal(await write(haste, 'node-2'), ms - 1_500);
      clock.ms = ms;
      assert.equal(await write(haste, 'node-3'), null);

      assert.deepEqual(written, [{ nodeName: 'node-3' }]);
    });
  }

  it('writes what waits along with what cannot', async () => {
    const { write, written } = await setUp();

    await write('later', 'node-1');
    assert.equal(await write('now', 'node-2'), null);
    assert.equal(await write('later', 'node-3'), 5_000);

    assert.deepEqual(written, [{ nodeName: 'node-2' }]);
  });

  it('does not wait again after a write that failed', async () => {
    const { clock, server, write, written } = await setUp();
    await write('soon', 'node-1');
    clock.ms = 2_000;
    server.isAway = true;
    await assert.rejects(write('soon', 'node-1'), /away/);

    server.isAway = false;
    assert.equal(await write('soon', 'node-1'), null);

    assert.deepEqual(written, [{ nodeName: 'node-1' }]);
  });

  it('knows nothing of a change that waited when its object is gone', async () => {
    const { clock, found, writer, write } = await setUp();
    await write('soon', 'node-1');

    writer.forget(found.metadata.uid);
    clock.ms = 2_000;

    assert.equal(await write('soon', 'node-1'), 2_000);
  });
});
