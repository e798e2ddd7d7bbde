/**
 * One daemon per config directory. The lock is a file that names its holder by process id and start time, so that
 * the lock of a dead process, or of a process that merely got the same id later, is taken over.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFailed } from '../command-failed.ts';

interface Holder {
  readonly pid: number;
  /** Clock ticks after boot, from /proc; null where the system does not tell. */
  readonly startTicks: string | null;
}

/**
 * Takes the lock and returns its release. Throws CommandFailed naming the process id when another daemon that is
 * alive holds it.
 */
export function takeInstanceLock(path: string): () => void {
  const mine: Holder = { pid: process.pid, startTicks: startTicksOf(process.pid) };
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
    if (!claim(draft, path)) {
      setAsideStale(path);
      if (!claim(draft, path)) throw heldBy(readHolder(path)?.pid ?? 0, path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** A hard link appears with its content or not at all, and never over an existing file. */
function claim(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new CommandFailed(
      `cannot create ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Moves the lock of a dead holder away. Throws CommandFailed when its holder lives. */
function setAsideStale(path: string): void {
  const holder = readHolder(path);
  if (holder && isAlive(holder)) throw heldBy(holder.pid, path);
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Another daemon moved it first; who claims the place is decided by the link.
  }
  const moved = readHolder(aside);
  // Between reading and moving, another daemon may have taken the place: then what was moved is its fresh lock.
  const fresh = moved !== null && isAlive(moved);
  if (fresh) claim(aside, path);
  rmSync(aside, { force: true });
}

function heldBy(pid: number, path: string): CommandFailed {
  return new CommandFailed(
    `another spectral serve (process ${pid}) already serves this directory (${path}). ` +
      'Stop it first, or set SPECTRAL_CONFIG_DIR to another directory.',
  );
}

function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number')
      return null;
    return {
      pid: value.pid,
      startTicks: 'startTicks' in value && typeof value.startTicks === 'string' ? value.startTicks : null,
    };
  } catch {
    return null; // Missing or not ours: nobody holds it.
  }
}

function isAlive({ pid, startTicks }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return startTicks === null || startTicksOf(pid) === startTicks;
}

/** Field 22 of /proc/<pid>/stat; the command name before it is in parentheses and may hold anything. */
function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
