/** The real `spectral` command as a child process, with a config directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Defer } from './clean-up.ts';

export const COMMAND = fileURLToPath(new URL('../../bin/spectral.mjs', import.meta.url));

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Starts `spectral` with arguments. It is killed at the end of the test if it still runs. */
export function runSpectral(
  defer: Defer,
  args: readonly string[],
  {
    configDir,
    env = {},
    input = '',
    cwd,
  }: { configDir: string; env?: Record<string, string>; input?: string; cwd?: string },
): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: configDir,
      SPECTRAL_CONFIG_DIR: configDir,
      SPECTRAL_DRIVER: 'scripted',
      ...env,
    },
    ...(cwd ? { cwd } : {}),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.end(input);
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
  );
  defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, output, ended };
}
