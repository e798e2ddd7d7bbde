/** How long the `spectral` command takes to say something. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMs, REPOSITORY } from './support/processes.ts';
import { publish } from './support/report.ts';
import { median } from './support/statistics.ts';

const RUNS = 15;

export async function measure(): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-measure-'));
  try {
    const version = await repeated(() => firstOutput(['--version'], directory));
    const serve = await repeated(() => firstOutput(['serve'], directory));
    const versionWall = median(version.map(({ wallMs }) => wallMs));
    const serveCpu = median(serve.map(({ cpu }) => cpu));
    return publish({
      name: 'command-start',
      title: 'Start of the command',
      method: `The command is run ${RUNS} times after two warm-ups; medians. Wall time from spawn to the first byte of output; CPU is that of the process at that moment (resolution 10 ms). \`serve\` runs in a configuration directory that is not logged in.`,
      figures: [
        {
          name: '`spectral --version`, wall',
          value: `${versionWall.toFixed(0)} ms`,
          goal: '< 80 ms',
          met: versionWall < 80,
        },
        {
          name: '`spectral serve`, CPU to the first output',
          value: `${serveCpu.toFixed(0)} ms`,
          goal: '< 400 ms',
          met: serveCpu < 400,
        },
        {
          name: '`spectral serve`, wall to the first output',
          value: `${median(serve.map(({ wallMs }) => wallMs)).toFixed(0)} ms`,
        },
      ],
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function repeated<T>(run: () => Promise<T>): Promise<T[]> {
  await run();
  await run();
  const results: T[] = [];
  for (let index = 0; index < RUNS; index++) results.push(await run());
  return results;
}

async function firstOutput(
  args: readonly string[],
  configDirectory: string,
): Promise<{ wallMs: number; cpu: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [`${REPOSITORY}agent/bin/spectral.mjs`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: configDirectory, SPECTRAL_CONFIG_DIR: configDirectory },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const result = await new Promise<{ wallMs: number; cpu: number }>((resolve) => {
    const note = () => resolve({ wallMs: performance.now() - began, cpu: cpuMs(child.pid ?? 0) });
    child.stdout.once('data', note);
    child.stderr.once('data', note);
  });
  child.kill('SIGKILL');
  await gone;
  return result;
}
