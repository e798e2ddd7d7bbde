import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { explain } from '../../src/checker/explain.ts';
import { FAULT_KINDS } from '../../src/checker/fault-kinds.ts';
import { DEFAULT_OPTIONS, type CheckerOptions } from '../../src/checker/options.ts';
import { SILENT } from '../../src/checker/progress.ts';
import { runChecker, type Verdict } from '../../src/checker/run.ts';
import { READER_SABOTAGES } from '../../src/checker/sabotage.ts';

/** Each shows in every run; whether a loss of the network meets a certain reader is a matter of chance. */
const CERTAIN = READER_SABOTAGES.filter((name) => name !== 'trust-the-network');

const TWO_MINUTES_LIMIT_MS = 260_000;
const SABOTAGE_LIMIT_MS = 120_000;
const SMALL: CheckerOptions = {
  ...DEFAULT_OPTIONS,
  relays: 2,
  machines: 2,
  readers: 4,
  redis: 'single',
  convergeSeconds: 10,
  giveUpSeconds: 0,
};

describe('the checker', () => {
  it('finds nothing in two minutes of faults of every kind', async function () {
    this.timeout(TWO_MINUTES_LIMIT_MS);

    const verdict = await runChecker({ ...DEFAULT_OPTIONS, seconds: 120 }, SILENT);

    const [first] = verdict.violations;
    assert.equal(first && `${explain(first, verdict)}kept: ${verdict.directory}`, undefined);
    assert.deepEqual(
      [...new Set(verdict.strikes.map(({ fault }) => fault.kind))].toSorted(),
      FAULT_KINDS.toSorted(),
    );
    assert.ok(
      verdict.strikes.some(({ together }) => together),
      'nobody was watched while Redis was away',
    );
    assert.ok(verdict.readers.every(({ records }) => records.length > 100));
  });

  it('finds what each faulty reader did, and nothing in the honest ones', async function () {
    this.timeout(SABOTAGE_LIMIT_MS);
    const readers = CERTAIN.length + 2;
    const kinds = ['relay-kill', 'relay-restart', 'redis-restart', 'machine-cut', 'reader-cut'] as const;

    const verdict = await runChecker(
      { ...SMALL, readers, seconds: 12, kinds, giveUpSeconds: 60, readerSabotages: CERTAIN },
      SILENT,
    );

    forget(verdict);
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

  it('finds that relays do not fence, and that they deliver before they subscribe', async function () {
    this.timeout(SABOTAGE_LIMIT_MS);
    const trusting = Array.from({ length: SMALL.readers }, () => 'trust-the-network' as const);
    const cuts = { ...SMALL, seconds: 15, kinds: ['reader-cut'], readerSabotages: trusting } as const;

    const [unfenced, early, control] = await Promise.all([
      runChecker({ ...SMALL, seconds: 10, kinds: ['machine-strand'], relaySabotage: 'skip-fencing' }, SILENT),
      runChecker({ ...cuts, relaySabotage: 'deliver-before-subscribe' }, SILENT),
      runChecker(cuts, SILENT),
    ]);

    for (const verdict of [unfenced, early, control]) forget(verdict);
    // Whether readers get stuck on the outdated link too depends on who else reads at its relay.
    assert.ok(unfenced.violations.some(({ kind }) => kind === 'unfenced'));
    const lost = early.violations.find(({ kind }) => kind === 'lost');
    assert.match(
      lost ? explain(lost, early) : '',
      /^\S+ lost: reader-\d, [^]*the reader:[^]*faults around it:/,
    );
    assert.deepEqual(control.violations, []);
  });
});

/** Removes what a run with violations left, at the end. */
function forget({ directory }: Verdict): void {
  if (directory) rmSync(directory, { recursive: true, force: true });
}

/** Kinds of violation found in reader number `index`, each once. */
function kindsOf({ violations }: Verdict, index: number): string[] {
  const own = violations.filter(({ reader }) => reader === `reader-${index}`);
  return [...new Set(own.map(({ kind }) => kind))];
}
