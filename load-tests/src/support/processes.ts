/** Child processes of a measurement: started, waited for, measured from outside, always ended. Linux only (/proc). */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { appendFileSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Facts the process sent over IPC when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** What it wrote to standard output and error so far. */
  output(): string;
  /** Sends a message over IPC; one to a process that is gone is left out. */
  tell(message: Readonly<Record<string, unknown>>): void;
  /** Called with every message over IPC from now on. */
  onMessage(listener: (message: unknown) => void): void;
  /** Sends a signal and resolves with the milliseconds until the process was gone; kills it after `limitMs`. */
  stop(signal?: NodeJS.Signals, limitMs?: number): Promise<number>;
}

export interface StartOptions {
  readonly name: string;
  /** Path from the repository's root, such as `services/relay/src/main.ts`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly readyLimitMs?: number;
  /** What it says is also appended to this file. */
  readonly outputFile?: string;
}

/** Starts a script that reports `{type: 'ready', …}` over IPC. Rejects with its output when it ends or is late. */
export async function startProcess(options: StartOptions): Promise<RunningProcess> {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [REPOSITORY + options.script, ...(options.args ?? [])], {
    stdio,
    cwd: options.cwd ?? REPOSITORY,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...options.env },
  });
  let said = '';
  const keep = (text: string) => {
    said = (said + text).slice(-100_000);
    if (options.outputFile) appendFileSync(options.outputFile, text);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  const ready = await readyMessage(child, options, () => said);
  return {
    name: options.name,
    pid: child.pid ?? 0,
    ready,
    output: () => said,
    tell(message) {
      if (child.connected) child.send(message, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
    stop: (signal = 'SIGTERM', limitMs = 10_000) => stopProcess(child, signal, limitMs),
  };
}

function readyMessage(
  child: ChildProcess,
  options: StartOptions,
  said: () => string,
): Promise<Record<string, unknown>> {
  const { name, readyLimitMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(late);
      child.kill('SIGKILL');
      reject(new Error(`${name} ${why}\n${said()}`));
    };
    const late = setTimeout(() => fail(`was not ready within ${readyLimitMs} ms`), readyLimitMs);
    child.once('error', (error) => fail(`could not start: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code} before it was ready`));
    child.on('message', (message) => {
      if (!isReady(message)) return;
      clearTimeout(late);
      child.removeAllListeners('exit');
      resolve(message);
    });
  });
}

function isReady(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}

async function stopProcess(child: ChildProcess, signal: NodeJS.Signals, limitMs: number): Promise<number> {
  const began = performance.now();
  if (child.exitCode !== null || child.signalCode !== null) return 0;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await gone;
  clearTimeout(kill);
  return performance.now() - began;
}

/** Whether a process of ours runs; one that ended and was waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** CPU that the threads of a process used so far, user and system, in milliseconds. The kernel counts nanoseconds. */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = threads.map((thread) => Number(readSchedule(`/proc/${pid}/task/${thread}`).split(' ')[0]));
  return ran.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}

/** A thread may end between the listing and this. */
function readSchedule(thread: string): string {
  try {
    return readFileSync(`${thread}/schedstat`, 'utf8');
  } catch {
    return '0';
  }
}

/** Resident memory of a process in MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1]) * 1024) / 1e6;
}
