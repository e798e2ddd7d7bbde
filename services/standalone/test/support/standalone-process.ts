/** `npm start` as a child process of a test, in a data directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_LIMIT_MS = 60_000;

export interface StandaloneProcess {
  readonly url: string;
  readonly loginLink: string;
  readonly pid: number;
  readonly machinePid: number;
  output(): string;
  /** Sends the signal and resolves with exit code and milliseconds until the process was gone. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; elapsedMs: number }>;
}

/** Starts it and waits until it is ready. It is killed when the returned promise rejects. */
export async function startStandaloneProcess(env: Record<string, string>): Promise<StandaloneProcess> {
  const { child, output } = spawnStandalone(env);
  const ready = await readiness(child, output);
  return {
    ...ready,
    pid: child.pid ?? 0,
    output,
    async stop(signal = 'SIGINT') {
      const began = performance.now();
      if (child.exitCode === null && child.signalCode === null) {
        const gone = exitOf(child);
        child.kill(signal);
        await gone;
      }
      return { code: child.exitCode, elapsedMs: performance.now() - began };
    },
  };
}

/** Runs it to its end, for starts that must fail. */
export async function runStandalone(
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnStandalone(env);
  const late = setTimeout(() => child.kill('SIGKILL'), READY_LIMIT_MS);
  await exitOf(child);
  clearTimeout(late);
  return { code: child.exitCode, output: output() };
}

export interface Place {
  readonly path: string;
  at(name: string): string;
  remove(): void;
}

/** A directory of the test's own. */
export function temporaryPlace(): Place {
  const path = mkdtempSync(join(tmpdir(), 'spectral-standalone-'));
  return {
    path,
    at: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function spawnStandalone(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TMPDIR: tmpdir(),
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      SPECTRAL_PORT: '0',
      SPECTRAL_MACHINE_NAME: 'workstation',
      ...env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, output: () => said };
}

interface Ready {
  readonly url: string;
  readonly loginLink: string;
  readonly machinePid: number;
}

function readiness(child: ChildProcess, output: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`standalone ${why}\n${output()}`));
    };
    const late = setTimeout(() => fail(`was not ready within ${READY_LIMIT_MS} ms`), READY_LIMIT_MS);
    const onExit = (code: number | null) => {
      clearTimeout(late);
      fail(`ended with ${code} before it was ready`);
    };
    child.once('exit', onExit);
    child.once('message', (message) => {
      clearTimeout(late);
      child.off('exit', onExit);
      resolve(message as Ready);
    });
  });
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
