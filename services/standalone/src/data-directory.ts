/**
 * The one directory of `npm start`: database, log, and the local machine's own files. A lock file names the process
 * that uses it, so that two never share one embedded database.
 *
 *   standalone.pid   the process that runs
 *   database/        embedded Postgres
 *   machine/         config directory of the local `spectral serve`
 *   master.key       seals the secrets in the database
 *   spectral.log     JSON lines of gateway and relay
 *   machine.log      what the local machine says
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The directory cannot be used. `message` says why and what to do. */
export class DataDirectoryUnusable extends Error {
  readonly code = 'data-directory-unusable';
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DataDirectoryUnusable';
  }
}

export interface DataDirectory {
  /** Config directory of the local machine. */
  readonly machine: string;
  readonly log: string;
  readonly machineLog: string;
  /** Lets the next process in. Idempotent. */
  release(): void;
}

/** Creates the directory where needed and takes its lock. Throws DataDirectoryUnusable. */
export function openDataDirectory(path: string): DataDirectory {
  const lock = join(path, 'standalone.pid');
  const at = (name: string) => join(path, name);
  try {
    for (const directory of [path, at('machine')]) mkdirSync(directory, { recursive: true, mode: 0o700 });
    takeLock(lock);
  } catch (cause) {
    if (cause instanceof DataDirectoryUnusable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataDirectoryUnusable(
      `cannot write to ${path} (${reason}); make it writable or choose another with SPECTRAL_DATA_DIR`,
      cause,
    );
  }
  return {
    machine: at('machine'),
    log: at('spectral.log'),
    machineLog: at('machine.log'),
    release: () => releaseLock(lock),
  };
}

/** Creates the lock, taking over one whose process is gone. The second try covers a holder that ended in between. */
function takeLock(lock: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(lock, 'wx', 0o600);
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const holder = lockHolder(lock);
    if (holder !== null && isAlive(holder)) {
      throw new DataDirectoryUnusable(
        `Spectral already runs here as process ${holder}; stop it, or choose another SPECTRAL_DATA_DIR`,
      );
    }
    rmSync(lock, { force: true });
  }
  throw new DataDirectoryUnusable(`another process keeps taking ${lock}; try again`);
}

function releaseLock(lock: string): void {
  if (lockHolder(lock) === process.pid) rmSync(lock, { force: true });
}

function lockHolder(lock: string): number | null {
  try {
    const pid = Number(readFileSync(lock, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // Gone or unreadable: nobody to wait for; creating the lock will tell if the directory itself is at fault.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
