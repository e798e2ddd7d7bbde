/** Opens the store's SQLite file: native module checked first, one writer, write-ahead log, schema brought up to date. */
import type Database from 'better-sqlite3';
import { chmodSync } from 'node:fs';
import { CommandFailed } from '../command-failed.ts';
import { migrate } from './migrations.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * A write waits this long for another process that holds the lock. Short, because SQLite waits on the only thread;
 * longer waits are retries of the caller.
 */
const BUSY_TIMEOUT_MS = 100;
/** Pages of 4 kB in the write-ahead log before they are copied back: 16 MB. */
const CHECKPOINT_PAGES = 4_000;

/** Loads the native module. Throws CommandFailed with the remedy when it does not load. */
export async function loadSqlite(): Promise<typeof Database> {
  try {
    const { default: Sqlite3 } = await import('better-sqlite3');
    new Sqlite3(':memory:').close();
    return Sqlite3;
  } catch (cause) {
    throw new CommandFailed(
      `the native SQLite module does not load on this machine (${firstLine(cause)}). ` +
        `Reinstall it for Node ${process.versions.node} on ${process.platform} ${process.arch}: ` +
        'npm rebuild better-sqlite3, or remove node_modules and run npm ci.',
      { cause },
    );
  }
}

/** Opens or creates the database at `path` (mode 0600). Throws CommandFailed when the file cannot be used. */
export function openDatabase(Sqlite3: typeof Database, path: string): Sqlite {
  try {
    const database = new Sqlite3(path, { timeout: BUSY_TIMEOUT_MS });
    chmodSync(path, 0o600);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    // Streaming writes many pages a second: copying them back in larger portions costs less.
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma('foreign_keys = ON');
    migrate(database);
    return database;
  } catch (cause) {
    throw new CommandFailed(
      `cannot open ${path} (${firstLine(cause)}). Is the disk full, or the file another program's?`,
      {
        cause,
      },
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
