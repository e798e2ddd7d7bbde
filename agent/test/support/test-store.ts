/** A store in a directory of its own, with a project and a way to make sessions. */
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { loadSqlite } from '../../src/store/open-database.ts';
import { NO_USAGE, type SessionRecord } from '../../src/store/session-record.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { Defer } from './clean-up.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export async function openTestStore(
  defer: Defer,
  path = join(temporaryDirectory(defer), 'sessions.db'),
  boot = 'boot-1',
): Promise<Store> {
  const store = openStore(await loadSqlite(), path, boot);
  defer(() => store.close());
  return store;
}

/** Inserts a session, and its project when there is none. */
export function insertSession(store: Store, changes: Partial<SessionRecord> = {}): SessionRecord {
  const record: SessionRecord = {
    id: randomUUID(),
    projectId: 'p1',
    title: 'New session',
    titleState: 'default',
    status: 'idle',
    modelId: null,
    actor: null,
    forkedFrom: null,
    loop: null,
    turn: null,
    messages: 0,
    usage: NO_USAGE,
    head: 0,
    compactNext: false,
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  };
  if (!store.projects.get(record.projectId)) {
    store.projects.insert({
      id: record.projectId,
      name: 'P',
      path: `/${record.projectId}`,
      createdAt: 1,
      updatedAt: 1,
    });
  }
  store.sessions.insert(record);
  return record;
}
