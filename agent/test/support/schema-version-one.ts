/** A database as version 1 of the schema left it: the golden file that every later version must keep whole. */
import type Database from 'better-sqlite3';

/** The statements of version 1, frozen here; src/store/migrations.ts may gain steps but never change this one. */
const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE sessions (id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    title TEXT NOT NULL, title_state TEXT NOT NULL, status TEXT NOT NULL, model_id TEXT, actor TEXT, forked_from TEXT,
    loop TEXT, turn TEXT, messages INTEGER NOT NULL, usage TEXT NOT NULL, head INTEGER NOT NULL,
    compact_next INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX sessions_of_project ON sessions (project_id, updated_at);
  CREATE TABLE events (session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    at INTEGER NOT NULL, type TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (session_id, seq)) WITHOUT ROWID;
  CREATE TABLE images (session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, id TEXT NOT NULL,
    mime_type TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (session_id, id));
  CREATE TABLE prompts (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, state TEXT NOT NULL, json TEXT NOT NULL);
  CREATE INDEX prompts_of_session ON prompts (session_id, state, position);
  CREATE TABLE driver_entries (session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (session_id, position)) WITHOUT ROWID;
  CREATE UNIQUE INDEX driver_entry_ids ON driver_entries (session_id, id);
  CREATE TABLE answered_keys (key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX answered_keys_by_age ON answered_keys (at);
`;

const ROWS = `
  INSERT INTO meta VALUES ('epoch', '4');
  INSERT INTO projects VALUES ('p1', 'Project', '/home/a/project', 1, 2);
  INSERT INTO sessions VALUES ('s1', 'p1', 'Old session', 'set', 'idle', 'm', '{"userId":"u","name":"Ada"}', NULL, NULL,
    NULL, 2, '{"inputTokens":1,"outputTokens":2,"cacheReadTokens":0,"cacheWriteTokens":0,"totalTokens":3,"cost":0.5}',
    2, 0, 3, 4);
  INSERT INTO events VALUES ('s1', 1, 5, 'session_renamed', '{"type":"session_renamed","title":"Old session"}');
  INSERT INTO events VALUES ('s1', 2, 6, 'agent_end', '{"type":"agent_end","turnId":"t","reason":"done"}');
  INSERT INTO images VALUES ('s1', 'i1', 'image/png', x'01020304');
  INSERT INTO prompts (id, session_id, state, json) VALUES ('q1', 's1', 'queued', '{"id":"q1","content":"waiting","images":[],"modelId":null,"mode":"queue","actor":null,"loop":null}');
  INSERT INTO driver_entries VALUES ('s1', 1, 1, 'e1', '{}');
  INSERT INTO answered_keys VALUES ('k1', 'POST /api/projects', 201, '{}', 7);
`;

/** Tables of version 1. */
export const TABLES_OF_VERSION_ONE = [
  'meta',
  'projects',
  'sessions',
  'events',
  'images',
  'prompts',
  'driver_entries',
  'answered_keys',
];

/** Writes such a file at `path`. */
export function writeVersionOne(Sqlite3: typeof Database, path: string): void {
  const database = new Sqlite3(path);
  database.pragma('journal_mode = WAL');
  database.exec(SCHEMA);
  database.exec(ROWS);
  database.pragma('user_version = 1');
  database.close();
}
