/** Embedded databases in memory, for tests. Filling one from an image is far quicker than making it. */
import { before } from 'mocha';
import { migrate, readMigrations, type OpenDatabase } from '../../src/database/index.ts';
import { openPGliteDatabase } from '../../src/database/pglite-database.ts';

export const MIGRATIONS = new URL('../../src/database/migrations/', import.meta.url);

const emptyImage = once(async () => imageOf(await openPGliteDatabase({ memory: true })));

const schemaImage = once(async () => {
  const database = await openPGliteDatabase({ memory: true, image: await emptyImage() });
  await migrate(database.db, await readMigrations(MIGRATIONS), new Date());
  return imageOf(database);
});

// The first embedded database of a run takes seconds, on a crowded machine far more; no single test should pay for it.
before('make the first embedded database', async function () {
  this.timeout(60_000);
  await schemaImage();
});

/** A fresh one with nothing in it. */
export async function emptyEmbeddedDatabase(): ReturnType<typeof openPGliteDatabase> {
  return openPGliteDatabase({ memory: true, image: await emptyImage() });
}

/** A fresh one with the schema in place. */
export async function embeddedDatabase(): Promise<OpenDatabase> {
  return openPGliteDatabase({ memory: true, image: await schemaImage() });
}

/** Closes the database and resolves with all it held. */
async function imageOf(database: Awaited<ReturnType<typeof openPGliteDatabase>>): Promise<Blob> {
  const image = await database.pglite.dumpDataDir('none');
  await database.close();
  return image;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  const made: Promise<T>[] = [];
  return () => {
    const promise = made[0] ?? make();
    made[0] = promise;
    return promise;
  };
}
