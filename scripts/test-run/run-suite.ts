// Runs one suite as a bounded mocha process and judges what came of it.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from '../repository.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { leftoversOf, type Leftover } from './leftovers.ts';
import type { Suite } from './suites.ts';
import { tallyOf, readRecords, type TestRecord } from './test-record.ts';
import type { Tally } from './tally.ts';

/** Processes that are ending when their suite ends get this long before they count as left behind. */
const ENDING_MS = 3_000;

const LOG_TAIL_LINES = 60;

export interface SuiteResult {
  readonly tally: Tally;
  readonly seconds: number;
  /** What a person has to read: failing tests, and faults of the run itself. */
  readonly reports: readonly string[];
  readonly skippedTitles: readonly string[];
}

/** `stop` ends the suite early (Ctrl-C); its processes are killed in any case before this resolves. */
export async function runSuite(
  suite: Suite,
  grep: string | undefined,
  stop: AbortSignal,
): Promise<SuiteResult> {
  const startedAt = Date.now();
  const mark = randomUUID();
  const folder = suiteFolder(suite);
  const files = resultFiles(suite);

  const child = startMocha(suite, grep, files, cleanEnvironment(process.env, folder, mark));
  const ending = await endOf(child, suite.limitMs, stop);
  const leftovers = await endLeftovers(child.pid ?? 0, mark);
  const records = readRecords(files.records);
  rmSync(folder, { recursive: true, force: true });

  const counted = tallyOf(records);
  const faults = faultsOf(suite, records, ending, leftovers);
  if (counted.passed + counted.failed + faults.length === 0 && grep === undefined)
    faults.push('no test was executed');
  return {
    tally: { ...counted, failed: counted.failed + faults.length },
    seconds: (Date.now() - startedAt) / 1000,
    reports: [
      ...records.flatMap((record) => (record.kind === 'failed' ? [record.report] : [])),
      ...faults.map((fault) => `✗ ${suite.name}: ${fault}`),
      ...(faults.length > 0 ? [`  end of its output:\n${tailOf(files.log)}`] : []),
    ],
    skippedTitles: records.flatMap((record) => (record.kind === 'skipped' ? [record.title] : [])),
  };
}

/** Short, because Unix sockets live here (108 characters); open to all, because a test's Postgres is another user. */
function suiteFolder(suite: Suite): string {
  const folder = mkdtempSync(join(tmpdir(), `sp-${suite.name.slice(0, 8)}-`));
  chmodSync(folder, 0o777);
  return folder;
}

interface ResultFiles {
  readonly log: string;
  readonly records: string;
}

function resultFiles(suite: Suite): ResultFiles {
  const folder = join(repositoryRoot, 'test-results');
  mkdirSync(folder, { recursive: true });
  const files = { log: join(folder, `${suite.name}.log`), records: join(folder, `${suite.name}.jsonl`) };
  rmSync(files.records, { force: true });
  return files;
}

function startMocha(
  suite: Suite,
  grep: string | undefined,
  files: ResultFiles,
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const mocha = join(repositoryRoot, 'node_modules/mocha/bin/mocha.js');
  const reporter = join(repositoryRoot, 'scripts/test-run/reporter.ts');
  const args = ['--forbid-only', '--reporter', reporter, '--reporter-option', `records=${files.records}`];
  const log = openSync(files.log, 'w');
  const child = spawn(process.execPath, [mocha, ...args, ...(grep ? ['--grep', grep] : []), ...suite.files], {
    cwd: repositoryRoot,
    env,
    detached: true, // a process group of its own, so that one kill reaches all of it
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

type Ending =
  { readonly kind: 'exit'; readonly code: number | null } | { readonly kind: 'overran' | 'stopped' };

async function endOf(child: ChildProcess, limitMs: number, stop: AbortSignal): Promise<Ending> {
  const done = new AbortController();
  const exited = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve({ kind: 'exit', code }));
  });
  const overran = delay(limitMs, { kind: 'overran' } as const, { signal: done.signal }).catch(() => exited);
  const stopped = new Promise<Ending>((resolve) => {
    if (stop.aborted) resolve({ kind: 'stopped' });
    stop.addEventListener('abort', () => resolve({ kind: 'stopped' }), { signal: done.signal });
  });
  const ending = await Promise.race([exited, overran, stopped]);
  done.abort();
  if (ending.kind !== 'exit' && child.pid) killGroup(child.pid);
  return ending;
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Gone between the decision and the kill, which is what was wanted.
  }
}

/** Waits for processes that are ending, kills the others and returns those. */
async function endLeftovers(group: number, mark: string): Promise<Leftover[]> {
  const until = Date.now() + ENDING_MS;
  while (leftoversOf(group, mark).length > 0 && Date.now() < until) await delay(100);
  const leftovers = leftoversOf(group, mark);
  for (const { pid } of leftovers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile; it is reported all the same.
    }
  }
  return leftovers;
}

/** Everything wrong with the run as a whole; each fault counts as one failed test. */
function faultsOf(
  suite: Suite,
  records: readonly TestRecord[],
  ending: Ending,
  leftovers: readonly Leftover[],
): string[] {
  const tally = tallyOf(records);
  const faults = [];
  if (ending.kind === 'overran') faults.push(`killed after its limit of ${suite.limitMs / 1000} s`);
  if (ending.kind === 'stopped') faults.push('stopped before its end');
  if (ending.kind === 'exit') faults.push(...faultsOfExit(ending.code, records, tally));
  for (const title of titlesWithoutReason(records))
    faults.push(`skipped without a reason in brackets: ${title}`);
  for (const left of leftovers) faults.push(`left a process behind: ${left.pid} ${left.commandLine}`);
  return faults;
}

function faultsOfExit(code: number | null, records: readonly TestRecord[], tally: Tally): string[] {
  const cameToItsEnd = records.some((record) => record.kind === 'ended');
  if (!cameToItsEnd) return [`the test process crashed (exit code ${code ?? 'none, a signal ended it'})`];
  if (code !== 0 && tally.failed === 0)
    return [`the test process failed after its last test (exit code ${code})`];
  return [];
}

/** A skipped test says why at the end of its title: `… (needs a cluster)`. */
function titlesWithoutReason(records: readonly TestRecord[]): string[] {
  return records.flatMap((record) =>
    record.kind === 'skipped' && !/\(.+\)$/.test(record.title) ? [record.title] : [],
  );
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
