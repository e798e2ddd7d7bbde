/** Images of prompts. */
import type { Sqlite } from './sqlite.ts';

export interface StoredImage {
  readonly id: string;
  readonly mimeType: string;
  readonly data: Buffer;
}

export interface Images {
  insert(sessionId: string, image: StoredImage): void;
  get(sessionId: string, id: string): StoredImage | null;
}

export function createImages(database: Sqlite): Images {
  const insert = database.prepare<[string, string, string, Buffer]>('INSERT INTO images VALUES (?, ?, ?, ?)');
  const get = database.prepare<[string, string], StoredImage>(
    'SELECT id, mime_type AS mimeType, data FROM images WHERE session_id = ? AND id = ?',
  );
  return {
    insert: (sessionId, { id, mimeType, data }) => void insert.run(sessionId, id, mimeType, data),
    get: (sessionId, id) => get.get(sessionId, id) ?? null,
  };
}
