/** pi's memory of a session as rows: read when it starts, and what has been added since. */
import type { SessionEntry, SessionManager } from '@earendil-works/pi-coding-agent';
import { DriverUnavailable, type DriverEntry } from '../driver.ts';

/** Throws DriverUnavailable when a row is no entry: a session must not go on with half its memory. */
export function readEntries(rows: readonly DriverEntry[]): SessionEntry[] {
  return rows.map((row) => {
    const entry = parse(row);
    if (typeof entry !== 'object' || entry === null || !('type' in entry) || !('id' in entry))
      throw unreadable(row);
    return entry as SessionEntry;
  });
}

function parse(row: DriverEntry): unknown {
  try {
    return JSON.parse(row.json);
  } catch (cause) {
    throw unreadable(row, cause);
  }
}

function unreadable(row: DriverEntry, cause?: unknown): DriverUnavailable {
  return new DriverUnavailable(
    `The stored memory of this session is damaged (entry ${row.id}). Start a new session.`,
    { cause },
  );
}

/** Saves what a session's manager gained since the last call, oldest first. */
export function createEntrySaver(manager: SessionManager, save: (entry: DriverEntry) => void): () => void {
  let savedLeaf = manager.getLeafId();
  return () => {
    const added: SessionEntry[] = [];
    for (let id = manager.getLeafId(); id !== null && id !== savedLeaf;) {
      const entry = manager.getEntry(id);
      if (!entry) break;
      added.push(entry);
      id = entry.parentId;
    }
    for (const entry of added.toReversed()) save({ id: entry.id, json: JSON.stringify(entry) });
    savedLeaf = manager.getLeafId();
  };
}
