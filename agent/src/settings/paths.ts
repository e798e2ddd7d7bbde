/** Where the daemon keeps its files: all of them in one directory that only its owner may enter. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed } from '../command-failed.ts';

export interface Paths {
  readonly directory: string;
  /** URLs and the team key or user token. */
  readonly config: string;
  /** Machine id, name and token. */
  readonly machine: string;
  /** Projects, sessions and their logs. */
  readonly store: string;
  /** Who serves this directory. */
  readonly lock: string;
  /** The local door. */
  readonly socket: string;
}

export function pathsIn(directory: string): Paths {
  return {
    directory,
    config: join(directory, 'config.json'),
    machine: join(directory, 'machine.json'),
    store: join(directory, 'sessions.db'),
    lock: join(directory, 'daemon.lock'),
    socket: join(directory, 'daemon.sock'),
  };
}

/** Makes the directory (mode 0700). Throws CommandFailed when it cannot be made or entered. */
export function ensureDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
  } catch (cause) {
    throw new CommandFailed(
      `cannot use the directory ${directory} (${errnoOf(cause)}). ` +
        'Make it writable, or set SPECTRAL_CONFIG_DIR to another one.',
      { cause },
    );
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
