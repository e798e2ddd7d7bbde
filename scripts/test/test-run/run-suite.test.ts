import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSuite, type SuiteResult } from '../../test-run/run-suite.ts';

describe('running a suite', function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-suite-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('counts what passed, failed and was skipped, and tells where and why', async () => {
    const result = await run(`
      import assert from 'node:assert/strict';
      describe('sums', () => {
        it('add up', () => {});
        it('do not', () => assert.deepEqual({ sum: 4 }, { sum: 5 }));
        it.skip('are left out (needs a calculator)', () => {});
      });
    `);

    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 1 });
    assert.deepEqual(result.skippedTitles, ['sums are left out (needs a calculator)']);
    assert.match(
      result.reports.join('\n'),
      /fixture\.test\.ts\n {2}sums › do not\n {4}AssertionError: .*-.*"sum": 4.*\+.*"sum": 5/s,
    );
  });

  it('a test skipped without a reason is a failure', async () => {
    const result = await run(`it('one', () => {}); it.skip('two', () => {});`);

    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 1 });
    assert.match(result.reports.join('\n'), /skipped without a reason in brackets: two/);
  });

  it('a process that dies keeps what it counted and adds a failure', async () => {
    const result = await run(`it('one', () => {}); it('two', () => process.kill(process.pid, 'SIGKILL'));`);

    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.match(result.reports.join('\n'), /crashed/);
  });

  it('a file that cannot be loaded is a failure that shows why', async () => {
    const result = await run(`import './missing.ts';`);

    assert.deepEqual(result.tally, { passed: 0, failed: 1, skipped: 0 });
    assert.match(result.reports.join('\n'), /missing\.ts/);
  });

  it('a suite without a test is a failure', async () => {
    const result = await run(`describe('empty', () => {});`);

    assert.deepEqual(result.tally, { passed: 0, failed: 1, skipped: 0 });
    assert.match(result.reports.join('\n'), /no test was executed/);
  });

  it('a suite past its limit is killed', async () => {
    const result = await run(`it('waits', (done) => {}).timeout(0);`, 1_500);

    assert.deepEqual(result.tally, { passed: 0, failed: 1, skipped: 0 });
    assert.match(result.reports.join('\n'), /killed after its limit of 1\.5 s/);
  });

  it('a process left behind is killed and is a failure, even in a group of its own', async () => {
    const result = await run(`
      import { spawn } from 'node:child_process';
      it('starts', () => spawn('sleep', ['4321'], { detached: true, stdio: 'ignore' }).unref());
    `);

    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.match(result.reports.join('\n'), /left a process behind: \d+ sleep 4321/);
  });

  it('a provider key of the person at the keyboard does not reach a test', async () => {
    process.env['EXAMPLE_API_KEY'] = 'secret';

    const result = await run(`
      import assert from 'node:assert/strict';
      it('has no key', () => assert.equal(process.env.EXAMPLE_API_KEY, undefined));
    `).finally(() => delete process.env['EXAMPLE_API_KEY']);

    assert.deepEqual(result.tally, { passed: 1, failed: 0, skipped: 0 });
  });

  function run(code: string, limitMs = 10_000): Promise<SuiteResult> {
    const file = join(folder, 'fixture.test.ts');
    writeFileSync(file, code);
    const suite = {
      name: 'fixture',
      files: [file],
      limitMs,
      alone: false,
      needsPage: false,
      needsKubernetes: false,
    };
    return runSuite(suite, undefined, new AbortController().signal);
  }
});
