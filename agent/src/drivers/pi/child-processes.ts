/** The commands of one session: each in its own process group, all of them ended with the session. */
import { spawn, type ChildProcess } from 'node:child_process';

/** After its shell has ended a command is over once its output has been silent this long. */
const OUTPUT_GRACE_MS = 100;

export interface RunOptions {
  readonly shell: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onData: (data: Buffer) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; none when undefined. */
  readonly timeoutMs?: number | undefined;
}

export interface RunResult {
  readonly exitCode: number | null;
  readonly ending: 'exited' | 'aborted' | 'timed-out';
}

export interface ChildProcesses {
  /** Runs to the end of the shell. What it left running in the background lives until `killAll`. */
  run(options: RunOptions): Promise<RunResult>;
  /** Ends every process group that still lives. */
  killAll(): void;
}

export function createChildProcesses(): ChildProcesses {
  const groups = new Set<number>();

  return {
    async run(options) {
      const child = spawn(options.shell, options.args, {
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (child.pid !== undefined) groups.add(child.pid);
      try {
        return await watch(child, options);
      } finally {
        // A group without members is forgotten, so that its number can never mean a stranger's.
        if (child.pid !== undefined && !killGroup(child.pid, 0)) groups.delete(child.pid);
      }
    },
    killAll() {
      for (const group of groups) killGroup(group, 'SIGKILL');
      groups.clear();
    },
  };
}

async function watch(child: ChildProcess, options: RunOptions): Promise<RunResult> {
  let ending: RunResult['ending'] = 'exited';
  const end = (why: RunResult['ending']): void => {
    ending = why;
    if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
  };
  const abort = (): void => end('aborted');
  const timer =
    options.timeoutMs === undefined ? undefined : setTimeout(() => end('timed-out'), options.timeoutMs);
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  try {
    return { exitCode: await exitCodeOf(child, options.onData), ending };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/** A background process may keep the shell's pipes open for ever: silence after the exit is then the end. */
function exitCodeOf(child: ChildProcess, onData: (data: Buffer) => void): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let exited = false;
    let grace: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(grace);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(child.exitCode);
    };
    const waitForSilence = (): void => {
      clearTimeout(grace);
      grace = setTimeout(finish, OUTPUT_GRACE_MS);
    };
    const take = (data: Buffer): void => {
      onData(data);
      if (exited) waitForSilence();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', reject);
    child.once('close', finish);
    child.once('exit', () => {
      exited = true;
      waitForSilence();
    });
  });
}

/** False when the group has no member (signal 0 only asks). */
function killGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
