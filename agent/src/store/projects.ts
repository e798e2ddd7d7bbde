/** Rows of projects: a name for a directory. */
import type { Sqlite } from './sqlite.ts';

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Projects {
  insert(project: ProjectRecord): void;
  update(project: ProjectRecord): void;
  get(id: string): ProjectRecord | null;
  /** The one of this path, or null. */
  atPath(path: string): ProjectRecord | null;
  all(): ProjectRecord[];
  /** Its sessions go with it. */
  delete(id: string): void;
}

const COLUMNS = 'id, name, path, created_at AS createdAt, updated_at AS updatedAt';

export function createProjects(database: Sqlite): Projects {
  const insert = database.prepare<[ProjectRecord]>(
    'INSERT INTO projects VALUES (@id, @name, @path, @createdAt, @updatedAt)',
  );
  const update = database.prepare<[ProjectRecord]>(
    'UPDATE projects SET name = @name, path = @path, updated_at = @updatedAt WHERE id = @id',
  );
  const get = database.prepare<[string], ProjectRecord>(`SELECT ${COLUMNS} FROM projects WHERE id = ?`);
  const atPath = database.prepare<[string], ProjectRecord>(`SELECT ${COLUMNS} FROM projects WHERE path = ?`);
  const all = database.prepare<[], ProjectRecord>(`SELECT ${COLUMNS} FROM projects ORDER BY name, id`);
  const remove = database.prepare<[string]>('DELETE FROM projects WHERE id = ?');
  return {
    insert: (project) => void insert.run(project),
    update: (project) => void update.run(project),
    get: (id) => get.get(id) ?? null,
    atPath: (path) => atPath.get(path) ?? null,
    all: () => all.all(),
    delete: (id) => void remove.run(id),
  };
}
