/** Databases for tests: an embedded one in memory with the schema in place, and a real Postgres on a private port. */
import { migrate, readMigrations, type OpenDatabase } from '../../src/database/index.ts';
import { openPGliteDatabase } from '../../src/database/pglite-database.ts';

export const MIGRATIONS = new URL('../../src/database/migrations/', import.meta.url);

/** An image of an embedded database with the schema in place; filling one from it is far quicker than making it. */
const schemaImage = once(async () => {
  const made = await openPGliteDatabase({ memory: true });
  await migrate(made.db, await readMigrations(MIGRATIONS), new Date());
  const image = await made.pglite.dumpDataDir('none');
  await made.close();
  return image;
});

/** A fresh embedded database with the schema in place. */
export async function embeddedDatabase(): Promise<OpenDatabase> {
  return openPGliteDatabase({ memory: true, image: await schemaImage() });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  const made: Promise<T>[] = [];
  return () => {
    const promise = made[0] ?? make();
    made[0] = promise;
    return promise;
  };
}
