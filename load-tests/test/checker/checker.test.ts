import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { explain } from '../../src/checker/explain.ts';
import { DEFAULT_OPTIONS } from '../../src/checker/options.ts';
import { runChecker, type Verdict } from '../../src/checker/run.ts';
import { SABOTAGES } from '../../src/checker/sabotage.ts';

/** Each shows in every run; whether a loss of the network meets a certain reader is a matter of chance. */
const CERTAIN = SABOTAGES.filter((name) => name !== 'trust-the-network');

const LIMIT_MS = 150_000;
const SMALL = { ...DEFAULT_OPTIONS, machines: 2, readers: 4 };

describe('the checker', function () {
  this.timeout(LIMIT_MS);

  it('finds nothing while relays, Redis and networks fail for half a minute', async () => {
    const verdict = await runChecker({ ...SMALL, seconds: 30 }, () => {});

    const [first] = verdict.violations;
    assert.equal(first && `${explain(first, verdict)}kept: ${verdict.directory}`, undefined);
    assert.ok(verdict.strikes.length >= 8);
    assert.ok(verdict.readers.every(({ records }) => records.length > 100));
  });

  it('finds what each faulty reader did, and nothing in the honest ones', async () => {
    const readers = CERTAIN.length + 2;
    const options = { ...SMALL, relays: 2, readers, seconds: 12, convergeSeconds: 10, sabotages: CERTAIN };

    const verdict = await runChecker(options, () => {});

    after(() => rmSync(verdict.directory ?? '', { recursive: true, force: true }));
    assert.deepEqual(Object.fromEntries(CERTAIN.map((name, index) => [name, kindsOf(verdict, index)])), {
      drop: ['lost'],
      double: ['doubled'],
      swap: ['reordered'],
      foreign: ['foreign'],
      'replay-off-by-one': ['lost'],
      stall: ['not-converged'],
      'new-key': ['prompt-twice'],
      'imagined-receipt': ['prompt-lost'],
    });
    assert.deepEqual([kindsOf(verdict, readers - 2), kindsOf(verdict, readers - 1)], [[], []]);
  });
});

/** Kinds of violation found in reader number `index`, each once. */
function kindsOf({ violations }: Verdict, index: number): string[] {
  const own = violations.filter(({ reader }) => reader === `reader-${index}`);
  return [...new Set(own.map(({ kind }) => kind))];
}
