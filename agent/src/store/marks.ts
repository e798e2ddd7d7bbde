/** What the machine remembers for whoever runs it for others: see Fleets in PROTOCOL.md. */
import type { Sqlite } from './sqlite.ts';

export interface Marks {
  /** Highest fence ever seen; 0 for none. */
  readonly fence: number;
  /** Milliseconds since 1970; null before the first turn ended. */
  readonly lastTurnEndedAt: number | null;
  /** Prompts taken since this file was new, those of deleted sessions too. */
  promptsTaken(): number;
  raiseFence(fence: number): void;
  turnEnded(at: number): void;
}

export function createMarks(database: Sqlite): Marks {
  const get = database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const put = database.prepare<[string, string]>('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  // SQLite counts the rows ever inserted, since positions are never given twice.
  const taken = database.prepare<[], { seq: number }>(
    `SELECT seq FROM sqlite_sequence WHERE name = 'prompts'`,
  );
  const endedAt = get.get('last_turn_ended_at')?.value;
  const marks = {
    fence: Number(get.get('fence')?.value ?? '0'),
    lastTurnEndedAt: endedAt === undefined ? null : Number(endedAt),
  };
  return {
    get fence() {
      return marks.fence;
    },
    get lastTurnEndedAt() {
      return marks.lastTurnEndedAt;
    },
    promptsTaken: () => taken.get()?.seq ?? 0,
    raiseFence(fence) {
      put.run('fence', String(fence));
      marks.fence = fence;
    },
    turnEnded(at) {
      put.run('last_turn_ended_at', String(at));
      marks.lastTurnEndedAt = at;
    },
  };
}
