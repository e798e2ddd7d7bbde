/**
 * The log's epoch. It grows when this machine may have lost events that readers saw: after a power loss (the store
 * trusts the disk to keep what the system was given, not what the system lost), or when a reader is ahead of the log.
 */
import type { Sqlite } from './sqlite.ts';

export interface Epoch {
  readonly current: number;
  /** Number of this run of the daemon: the epoch of what is not kept, such as the machine channel. */
  readonly run: number;
  /** A reader has events this log does not: everybody starts over. */
  grow(): void;
  /** Marks an orderly end: whatever happens to the system later, the store is whole. */
  closeCleanly(): void;
}

/** `boot` names the system's current boot: another one than at the last, disorderly end means that power was lost. */
export function openEpoch(database: Sqlite, boot: string): Epoch {
  const get = database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const put = database.prepare<[string, string]>('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const read = (name: string) => get.get(name)?.value ?? null;
  const lastBoot = read('boot');
  const lostPower = lastBoot !== null && lastBoot !== boot && read('clean') !== 'yes';
  const run = Number(read('run') ?? '0') + 1;
  const state = { current: Number(read('epoch') ?? '1') + (lostPower ? 1 : 0) };
  const keep = database.transaction((clean: 'yes' | 'no') => {
    put.run('epoch', String(state.current));
    put.run('boot', boot);
    put.run('clean', clean);
    put.run('run', String(run));
  });
  keep('no');
  return {
    run,
    get current() {
      return state.current;
    },
    grow() {
      state.current += 1;
      keep('no');
    },
    closeCleanly: () => keep('yes'),
  };
}
