// `npm test`: every check and every suite, one after the other where they would disturb each other.
// The last line of stdout is the tally alone.

import { spawnSync } from 'node:child_process';
import { kubernetesAssets } from './kubernetes-assets/assets.ts';
import { Stop, runMain, say } from './launcher/say.mjs';
import { repositoryRoot } from './repository.ts';
import { runStaticCheck } from './run-static-check.ts';
import type { StaticCheck } from './static-checks.ts';
import { readTestRequest } from './test-run/command-line.ts';
import { planOf, type TestPlan } from './test-run/plan.ts';
import { runAtMost } from './test-run/run-at-most.ts';
import { runSuite } from './test-run/run-suite.ts';
import { suitesIn, type Suite } from './test-run/suites.ts';
import { ensureSystemPackages, testPackages } from './test-run/system-packages.ts';
import { emptyTally, sumOf, tallyLine, type Tally } from './test-run/tally.ts';

/** Suites that share nothing run side by side; more than two only slow each other down on a small machine. */
const SIDE_BY_SIDE = 2;

await runMain(test);

async function test(): Promise<number> {
  const request = readTestRequest(process.argv.slice(2));
  const plan = planOf(request, suitesIn(repositoryRoot));
  if (request.list) return list(plan);

  const tally = await runPlan(plan, request.grep, stopOnSignal());
  console.log(tallyLine(tally));
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

function list({ checks, suites }: TestPlan): number {
  for (const check of checks) console.log(check.name);
  for (const suite of suites) console.log([suite.name, ...suite.files].join('\n  '));
  return 0;
}

async function runPlan(plan: TestPlan, grep: string | undefined, stop: AbortSignal): Promise<Tally> {
  const tallies: Tally[] = [];
  const jobOf = (suite: Suite) => async () => {
    if (!stop.aborted) tallies.push(await testSuite(suite, grep, stop));
  };

  await runAtMost(
    SIDE_BY_SIDE,
    plan.checks.map((check) => async () => void tallies.push(await testStatically(check))),
  );
  if (plan.suites.length > 0) tallies.push(prepareSystem());
  if (plan.suites.some((suite) => suite.needsPage)) tallies.push(testPageBuild());
  if (plan.suites.some((suite) => suite.needsKubernetes)) tallies.push(await prepareKubernetes());
  await runAtMost(SIDE_BY_SIDE, plan.suites.filter((suite) => !suite.alone).map(jobOf));
  await runAtMost(1, plan.suites.filter((suite) => suite.alone).map(jobOf));
  if (stop.aborted) tallies.push(failedOnce('the run was stopped by a signal'));
  return sumOf(tallies);
}

/** Suites run even when a program is missing, so that one look shows all that is wrong. */
function prepareSystem(): Tally {
  try {
    ensureSystemPackages(testPackages, process.env, process.getuid?.());
    return emptyTally;
  } catch (error) {
    if (error instanceof Stop) return failedOnce(error.message);
    throw error;
  }
}

/** Once per machine this takes minutes. Suites that need it fail with their own word when it could not be had. */
async function prepareKubernetes(): Promise<Tally> {
  try {
    await kubernetesAssets(process.env);
    return emptyTally;
  } catch (error) {
    if (error instanceof Stop) return failedOnce(error.message);
    throw error;
  }
}

/** Ctrl-C ends the running suites with all their processes; what was counted so far is still told. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

async function testStatically(check: StaticCheck): Promise<Tally> {
  const result = await runStaticCheck(check);
  say(`${mark(result.passed)} ${check.name} (${result.seconds.toFixed(1)} s)`);
  if (result.passed) return { ...emptyTally, passed: 1 };
  return failedOnce(
    `${check.name}\n${result.output}${check.remedy ? `to put it right: ${check.remedy}` : ''}`,
  );
}

function testPageBuild(): Tally {
  const build = spawnSync(process.execPath, ['scripts/build-page.ts'], {
    cwd: repositoryRoot,
    stdio: ['ignore', 2, 2],
  });
  return build.status === 0 ? { ...emptyTally, passed: 1 } : failedOnce('the page build, see above');
}

async function testSuite(suite: Suite, grep: string | undefined, stop: AbortSignal): Promise<Tally> {
  say(`  ${suite.name}: ${suite.files.length} files …`);
  const { tally, reports, skippedTitles, seconds } = await runSuite(suite, grep, stop);
  say(`${mark(tally.failed === 0)} ${suite.name}: ${tallyLine(tally)} (${seconds.toFixed(1)} s)`);
  for (const title of skippedTitles) say(`  skipped: ${title}`);
  for (const report of reports) console.log(`\n${report}\n`);
  return tally;
}

function failedOnce(report: string): Tally {
  console.log(`\n✗ ${report}\n`);
  return { ...emptyTally, failed: 1 };
}

function mark(good: boolean): string {
  return good ? '✓' : '✗';
}
