/**
 * The database embedded in this process (Postgres compiled to WebAssembly), kept in a directory or in memory.
 *
 * There is one connection, which the query builder gives to one holder at a time: queries wait for a transaction that
 * runs, and a transaction for the one before it.
 */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import type { OpenDatabase } from './database.ts';
import type { IdentityTables } from './schema.ts';

/** Where the data lives: a directory of its own, or `memory`, perhaps filled from an image of `dumpDataDir`. */
export type PGlitePlace = { readonly directory: string } | { readonly memory: true; readonly image?: Blob };

/** Opens it, which takes 1 to 4 s the first time and under half a second later. Throws what PGlite throws. */
export async function openPGliteDatabase(
  place: PGlitePlace,
): Promise<OpenDatabase & { readonly pglite: PGlite }> {
  const pglite = await openPGlite(place);
  const db = new Kysely<IdentityTables>({ dialect: new PGliteDialect({ pglite }) });
  const close = async () => {
    await db.destroy();
    // The query builder closes only what it has used.
    if (!pglite.closed) await pglite.close();
  };
  return { db, pglite, medium: 'pglite', close };
}

async function openPGlite(place: PGlitePlace): Promise<PGlite> {
  if ('directory' in place) {
    await mkdir(place.directory, { recursive: true, mode: 0o700 });
    return PGlite.create(place.directory);
  }
  return PGlite.create(place.image ? { loadDataDir: place.image } : {});
}
