/** Answers to changing requests by idempotency key, so that a repeated request gets its first answer again. */
import type { Sqlite } from './sqlite.ts';

/** Answers kept; the oldest go first. A client repeats a request within minutes, if ever. */
const MOST_ANSWERS = 10_000;

export interface Answered {
  /** Method and path it answered. */
  readonly request: string;
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

export interface AnsweredKeys {
  get(key: string): Answered | null;
  put(key: string, answered: Answered, at: number): void;
  /** Forgets all but the newest. */
  prune(): void;
}

export function createAnsweredKeys(database: Sqlite, most: number = MOST_ANSWERS): AnsweredKeys {
  const get = database.prepare<[string], Answered>(
    'SELECT request, status, body FROM answered_keys WHERE key = ?',
  );
  const put = database.prepare<[string, string, number, string, number]>(
    'INSERT OR REPLACE INTO answered_keys VALUES (?, ?, ?, ?, ?)',
  );
  const prune = database.prepare<[number]>(
    `DELETE FROM answered_keys WHERE at < (SELECT at FROM answered_keys ORDER BY at DESC LIMIT 1 OFFSET ?)`,
  );
  return {
    get: (key) => get.get(key) ?? null,
    put: (key, { request, status, body }, at) => void put.run(key, request, status, body, at),
    prune: () => void prune.run(most),
  };
}
