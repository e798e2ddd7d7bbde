/** Small JSON files that only their owner may read, written whole or not at all. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BadInput } from '@spectral/proto/wire';
import { CommandFailed } from '../command-failed.ts';
import { ensureDirectory } from './paths.ts';

/**
 * Content of a file after `check`, or null when there is no such file.
 * Throws CommandFailed for a file that cannot be read or does not hold what `check` expects.
 */
export function readPrivateFile<T>(path: string, check: (text: string) => T): T | null {
  try {
    return check(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (isMissing(cause)) return null;
    const reason = cause instanceof BadInput || cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailed(`cannot read ${path}: ${reason}. Repair it, or remove it and log in again.`, {
      cause,
    });
  }
}

/** Replaces a file in one step, mode 0600; a reader sees the old content or the new one, never a part. */
export function writePrivateFile(path: string, value: unknown): void {
  ensureDirectory(dirname(path));
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new CommandFailed(
      `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
