/**
 * The schema, as the steps that led to it. `user_version` counts the steps a file has behind it; the rest run in
 * order, each in one transaction, so that a file of any earlier version keeps all its rows.
 */
import type { Sqlite } from './sqlite.ts';

export type Migration = (database: Sqlite) => void;

export const MIGRATIONS: readonly Migration[] = [
  (database) =>
    database.exec(`
      CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

      CREATE TABLE projects (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        path TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) WITHOUT ROWID;

      -- Everything about a session that is not in its log; head is the number of the log's last event.
      CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        title_state TEXT NOT NULL,
        status TEXT NOT NULL,
        model_id TEXT,
        actor TEXT,
        forked_from TEXT,
        loop TEXT,
        turn TEXT,
        messages INTEGER NOT NULL,
        usage TEXT NOT NULL,
        head INTEGER NOT NULL,
        compact_next INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX sessions_of_project ON sessions (project_id, updated_at);

      CREATE TABLE events (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        type TEXT NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (session_id, seq)
      ) WITHOUT ROWID;

      CREATE TABLE images (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (session_id, id)
      );

      -- A prompt from its acceptance on: it waits, it was taken by the agent, or it was taken back.
      CREATE TABLE prompts (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        json TEXT NOT NULL
      );
      CREATE INDEX prompts_of_session ON prompts (session_id, state, position);

      -- The agent's own memory; seq is the log's head when the entry was kept.
      CREATE TABLE driver_entries (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        id TEXT NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (session_id, position)
      ) WITHOUT ROWID;
      CREATE UNIQUE INDEX driver_entry_ids ON driver_entries (session_id, id);

      -- Answers to changing requests, by idempotency key.
      CREATE TABLE answered_keys (
        key TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX answered_keys_by_age ON answered_keys (at);
    `),
];

/** Runs the steps the file has not seen. Throws for a file written by a newer version. */
export function migrate(database: Sqlite, migrations: readonly Migration[] = MIGRATIONS): void {
  const done = Number(database.pragma('user_version', { simple: true }));
  if (done > migrations.length) {
    throw new Error(
      `its schema is version ${done}, written by a newer spectral; this one knows ${migrations.length}`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < done) continue;
    database.transaction(() => {
      step(database);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}
