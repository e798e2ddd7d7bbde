/** A program that runs beside a test: its output in a file, ended by its own pid and never left behind. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const END_LIMIT_MS = 8_000;

export interface ChildProgram {
  readonly name: string;
  readonly pid: number;
  /** Whether it runs still. */
  isRunning(): boolean;
  /** The last lines it wrote. */
  outputTail(): string;
  /** Asks it to end, and kills it when it does not within 8 s. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface ChildSettings {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Its whole environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export function startChild({ name, program, args, logFile, env, cwd }: ChildSettings): ChildProgram {
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(log);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  return {
    name,
    pid: child.pid ?? 0,
    isRunning,
    outputTail: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n'),
    async stop(signal = 'SIGTERM') {
      if (!isRunning()) return;
      child.kill(signal);
      const kill = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
      await gone;
      clearTimeout(kill);
    },
  };
}

/** Resolves when `isReady` says so; throws with the program's last words when it ends first or is late. */
export async function untilReady(
  child: ChildProgram,
  limitMs: number,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await isReady().catch(() => false))) {
    if (!child.isRunning())
      throw new Error(`${child.name} ended before it was ready:\n${child.outputTail()}`);
    if (Date.now() > end)
      throw new Error(`${child.name} was not ready within ${limitMs} ms:\n${child.outputTail()}`);
    await delay(50);
  }
}
