/** Rows of sessions. */
import type { Sqlite } from './sqlite.ts';
import type { SessionRecord } from './session-record.ts';

export interface Sessions {
  insert(record: SessionRecord): void;
  /** Replaces everything but the id. */
  update(record: SessionRecord): void;
  get(id: string): SessionRecord | null;
  ofProject(projectId: string): SessionRecord[];
  all(): SessionRecord[];
  count(): number;
  /** Those with a turn or a loop that was running when the daemon last stopped. */
  unfinished(): SessionRecord[];
  /** Its log, images, prompts and entries go with it. */
  delete(id: string): void;
}

interface Row {
  id: string;
  project_id: string;
  title: string;
  title_state: SessionRecord['titleState'];
  status: SessionRecord['status'];
  model_id: string | null;
  actor: string | null;
  forked_from: string | null;
  loop: string | null;
  turn: string | null;
  messages: number;
  usage: string;
  /** As of the row's last change; deltas since then are in the log alone. */
  head: number;
  log_head: number;
  compact_next: number;
  created_at: number;
  updated_at: number;
}

const SELECT = `SELECT *, coalesce((SELECT max(seq) FROM events WHERE session_id = sessions.id), 0) AS log_head
  FROM sessions`;

export function createSessions(database: Sqlite): Sessions {
  const insert = database.prepare<[StoredRow]>(`
    INSERT INTO sessions VALUES (@id, @project_id, @title, @title_state, @status, @model_id, @actor, @forked_from,
      @loop, @turn, @messages, @usage, @head, @compact_next, @created_at, @updated_at)`);
  const update = database.prepare<[StoredRow]>(`
    UPDATE sessions SET project_id = @project_id, title = @title, title_state = @title_state, status = @status,
      model_id = @model_id, actor = @actor, forked_from = @forked_from, loop = @loop, turn = @turn,
      messages = @messages, usage = @usage, head = @head, compact_next = @compact_next, updated_at = @updated_at
    WHERE id = @id`);
  const get = database.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const ofProject = database.prepare<[string], Row>(
    `${SELECT} WHERE project_id = ? ORDER BY updated_at DESC, id`,
  );
  const all = database.prepare<[], Row>(`${SELECT} ORDER BY updated_at DESC, id`);
  const count = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM sessions');
  const unfinished = database.prepare<[], Row>(
    `${SELECT} WHERE status = 'running' OR turn IS NOT NULL OR loop IS NOT NULL`,
  );
  const remove = database.prepare<[string]>('DELETE FROM sessions WHERE id = ?');
  return {
    insert: (record) => void insert.run(rowOf(record)),
    update: (record) => void update.run(rowOf(record)),
    get: (id) => recordOf(get.get(id)),
    ofProject: (projectId) => ofProject.all(projectId).map(recordOfRow),
    all: () => all.all().map(recordOfRow),
    count: () => count.get()?.count ?? 0,
    unfinished: () => unfinished.all().map(recordOfRow),
    delete: (id) => void remove.run(id),
  };
}

type StoredRow = Omit<Row, 'log_head'>;

function rowOf(record: SessionRecord): StoredRow {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return {
    id: record.id,
    project_id: record.projectId,
    title: record.title,
    title_state: record.titleState,
    status: record.status,
    model_id: record.modelId,
    actor: json(record.actor),
    forked_from: record.forkedFrom,
    loop: json(record.loop),
    turn: json(record.turn),
    messages: record.messages,
    usage: JSON.stringify(record.usage),
    head: record.head,
    compact_next: record.compactNext ? 1 : 0,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

function recordOf(row: Row | undefined): SessionRecord | null {
  return row ? recordOfRow(row) : null;
}

/** The JSON columns are written by `rowOf` alone, so they are read back without checks. */
function recordOfRow(row: Row): SessionRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    title: row.title,
    titleState: row.title_state,
    status: row.status,
    modelId: row.model_id,
    actor: row.actor === null ? null : (JSON.parse(row.actor) as SessionRecord['actor']),
    forkedFrom: row.forked_from,
    loop: row.loop === null ? null : (JSON.parse(row.loop) as SessionRecord['loop']),
    turn: row.turn === null ? null : (JSON.parse(row.turn) as SessionRecord['turn']),
    messages: row.messages,
    usage: JSON.parse(row.usage) as SessionRecord['usage'],
    head: Math.max(row.head, row.log_head),
    compactNext: row.compact_next === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
