// Runs one static check and keeps what it printed.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { repositoryRoot } from './repository.ts';
import type { StaticCheck } from './static-checks.ts';

export interface StaticCheckResult {
  readonly check: StaticCheck;
  readonly passed: boolean;
  /** Everything the commands printed, stdout before stderr. */
  readonly output: string;
  readonly seconds: number;
}

export async function runStaticCheck(check: StaticCheck): Promise<StaticCheckResult> {
  const startedAt = Date.now();
  const runs = [];
  for (const [script, ...args] of check.commands) runs.push(await runScript(script, args));
  return {
    check,
    passed: runs.every((run) => run.exitCode === 0),
    output: runs.map((run) => run.output).join(''),
    seconds: (Date.now() - startedAt) / 1000,
  };
}

async function runScript(
  script: string,
  args: readonly string[],
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, output: stdout + stderr };
}
