/** The machine's store: one SQLite file, one writer. All methods are synchronous; failed writes are StoreUnavailable. */
import type Database from 'better-sqlite3';
import { createAnsweredKeys, type AnsweredKeys } from './answered-keys.ts';
import { openEpoch, type Epoch } from './epoch.ts';
import { createHistory, type History } from './history.ts';
import { createImages, type Images } from './images.ts';
import { createMarks, type Marks } from './marks.ts';
import { createLog, type Log, type LoggedEntry, type LoggedEvent } from './log.ts';
import { openDatabase } from './open-database.ts';
import { createProjects, type Projects } from './projects.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import type { SessionRecord } from './session-record.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { storing } from './store-errors.ts';

export interface Store {
  readonly projects: Projects;
  readonly sessions: Sessions;
  readonly log: Log;
  readonly history: History;
  readonly prompts: Prompts;
  readonly images: Images;
  readonly answers: AnsweredKeys;
  readonly epoch: Epoch;
  readonly marks: Marks;
  /** All or nothing. Throws StoreUnavailable with nothing written. */
  transaction<T>(work: () => T): T;
  /** What one tick brought, of all sessions, in one transaction. */
  write(batch: Batch): void;
  close(): void;
}

export interface Batch {
  readonly events: readonly LoggedEvent[];
  readonly entries: readonly LoggedEntry[];
  /** Sessions whose record changed. */
  readonly sessions: readonly SessionRecord[];
  /** Prompts the agent took. */
  readonly taken: readonly string[];
}

/** Opens the store at `path`. `boot` names the system's current boot, see epoch.ts. Throws CommandFailed. */
export function openStore(Sqlite3: typeof Database, path: string, boot: string): Store {
  const database = openDatabase(Sqlite3, path);
  const epoch = openEpoch(database, boot);
  const log = createLog(database);
  const sessions = createSessions(database);
  const prompts = createPrompts(database);
  const marks = createMarks(database);
  const transaction = <T>(work: () => T): T => storing(() => database.transaction(work).immediate());
  return {
    projects: createProjects(database),
    sessions,
    log,
    history: createHistory(database),
    prompts,
    images: createImages(database),
    answers: createAnsweredKeys(database),
    epoch,
    marks,
    transaction,
    write: (batch) =>
      transaction(() => {
        log.append(batch.events);
        log.appendEntries(batch.entries);
        for (const record of batch.sessions) sessions.update(record);
        for (const id of batch.taken) prompts.setState(id, 'taken');
        for (const { event, at } of batch.events) if (event.type === 'agent_end') marks.turnEnded(at);
      }),
    close() {
      try {
        epoch.closeCleanly();
      } finally {
        database.close();
      }
    },
  };
}
