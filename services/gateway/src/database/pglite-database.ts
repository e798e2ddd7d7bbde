/**
 * The database embedded in this process (Postgres compiled to WebAssembly), kept in a directory or in memory.
 *
 * There is one connection. Kysely's dialect hands it to everybody at once, so a query beside a transaction would run
 * inside it, and two transactions would end each other; here each holder waits for the one before.
 */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import {
  Kysely,
  PGliteDialect,
  type DatabaseConnection,
  type Driver,
  type TransactionSettings,
} from 'kysely';
import type { OpenDatabase } from './database.ts';
import type { IdentityTables } from './schema.ts';

/** Where the data lives: a directory of its own, or `memory`, perhaps filled from an image of `dumpDataDir`. */
export type PGlitePlace = { readonly directory: string } | { readonly memory: true; readonly image?: Blob };

/** Opens it, which takes 1 to 4 s the first time and under half a second later. Throws what PGlite throws. */
export async function openPGliteDatabase(
  place: PGlitePlace,
): Promise<OpenDatabase & { readonly pglite: PGlite }> {
  const pglite = await openPGlite(place);
  const db = new Kysely<IdentityTables>({ dialect: new OneAtATimeDialect({ pglite }) });
  return { db, pglite, medium: 'pglite', close: () => db.destroy() };
}

async function openPGlite(place: PGlitePlace): Promise<PGlite> {
  if ('directory' in place) {
    await mkdir(place.directory, { recursive: true, mode: 0o700 });
    return PGlite.create(place.directory);
  }
  return PGlite.create(place.image ? { loadDataDir: place.image } : {});
}

class OneAtATimeDialect extends PGliteDialect {
  override createDriver(): Driver {
    return oneAtATime(super.createDriver());
  }
}

/** A driver whose only connection has one holder at a time, in the order of asking. */
function oneAtATime(inner: Driver): Driver {
  let last: Promise<void> = Promise.resolve();
  const releases = new WeakMap<DatabaseConnection, () => void>();

  const turn = async (): Promise<() => void> => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  };

  return {
    init: (options) => inner.init(options),
    async acquireConnection(options) {
      const release = await turn();
      try {
        const connection = await inner.acquireConnection(options);
        releases.set(connection, release);
        return connection;
      } catch (error) {
        release();
        throw error;
      }
    },
    async releaseConnection(connection, options) {
      await inner.releaseConnection(connection, options);
      releases.get(connection)?.();
    },
    beginTransaction: (connection, settings: TransactionSettings) =>
      inner.beginTransaction(connection, settings),
    commitTransaction: (connection) => inner.commitTransaction(connection),
    rollbackTransaction: (connection) => inner.rollbackTransaction(connection),
    destroy: (options) => inner.destroy(options),
  };
}
