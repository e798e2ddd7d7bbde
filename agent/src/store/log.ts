/** The append-only log: numbered events of every session, and the agent's own entries that go with them. */
import type { SessionEvent } from '@spectral/proto/wire';
import type { Sqlite } from './sqlite.ts';

export interface LoggedEvent {
  readonly sessionId: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: SessionEvent;
}

/** A piece of the agent's memory, kept when the log stood at `seq`. */
export interface LoggedEntry {
  readonly sessionId: string;
  readonly seq: number;
  readonly id: string;
  readonly json: string;
}

export interface Log {
  append(events: readonly LoggedEvent[]): void;
  /** An entry of a known id replaces it in its place. */
  appendEntries(entries: readonly LoggedEntry[]): void;
  /** The agent's memory, oldest first. */
  entriesOf(sessionId: string): { readonly id: string; readonly json: string }[];
  /** Copies events, entries and images up to and with number `upTo` into another session. */
  copy(from: string, to: string, upTo: number): void;
}

export function createLog(database: Sqlite): Log {
  const append = database.prepare<[string, number, number, string, string]>(
    'INSERT INTO events VALUES (?, ?, ?, ?, ?)',
  );
  const appendEntry = database.prepare<[LoggedEntry]>(`
    INSERT INTO driver_entries (session_id, position, seq, id, json)
    VALUES (@sessionId, (SELECT coalesce(max(position), 0) + 1 FROM driver_entries WHERE session_id = @sessionId),
      @seq, @id, @json)
    ON CONFLICT (session_id, id) DO UPDATE SET json = excluded.json`);
  const entries = database.prepare<[string], { id: string; json: string }>(
    'SELECT id, json FROM driver_entries WHERE session_id = ? ORDER BY position',
  );
  const copies = [
    'INSERT INTO events SELECT @to, seq, at, type, json FROM events WHERE session_id = @from AND seq <= @upTo',
    `INSERT INTO driver_entries SELECT @to, position, seq, id, json FROM driver_entries
     WHERE session_id = @from AND seq <= @upTo`,
    'INSERT INTO images SELECT @to, id, mime_type, data FROM images WHERE session_id = @from',
  ].map((sql) => database.prepare<[{ from: string; to: string; upTo: number }]>(sql));
  return {
    append(events) {
      for (const { sessionId, seq, at, event } of events)
        append.run(sessionId, seq, at, event.type, JSON.stringify(event));
    },
    appendEntries(more) {
      for (const entry of more) appendEntry.run(entry);
    },
    entriesOf: (sessionId) => entries.all(sessionId),
    copy(from, to, upTo) {
      for (const statement of copies) statement.run({ from, to, upTo });
    },
  };
}
