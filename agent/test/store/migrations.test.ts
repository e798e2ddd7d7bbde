import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { MIGRATIONS, migrate, type Migration } from '../../src/store/migrations.ts';
import { loadSqlite } from '../../src/store/open-database.ts';
import type { Sqlite } from '../../src/store/sqlite.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { TABLES_OF_VERSION_ONE, writeVersionOne } from '../support/schema-version-one.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { openTestStore } from '../support/test-store.ts';

const NEXT: Migration = (database) =>
  database.exec(`ALTER TABLE sessions ADD COLUMN driver TEXT NOT NULL DEFAULT 'pi'`);

describe('migrations', () => {
  const defer = useCleanUp();

  it('leave a new file with the very schema of the golden one', async () => {
    const golden = await open(await goldenFile());
    const fresh = await open(join(temporaryDirectory(defer), 'fresh.db'));

    migrate(fresh);

    const shape = (database: Sqlite) =>
      TABLES_OF_VERSION_ONE.map((table) => database.pragma(`table_info(${table})`));
    assert.deepEqual(shape(fresh).slice(0, TABLES_OF_VERSION_ONE.length), shape(golden));
  });

  it('keep every row of the golden file when a step is added', async () => {
    const path = await goldenFile();
    const database = await open(path);
    const before = rowsOf(database);

    migrate(database, [...MIGRATIONS, NEXT]);

    const after = rowsOf(database);
    assert.deepEqual(
      Object.fromEntries(Object.entries(after).filter(([table]) => table !== 'sessions')),
      Object.fromEntries(Object.entries(before).filter(([table]) => table !== 'sessions')),
    );
    assert.deepEqual(
      after['sessions'],
      before['sessions']?.map((row) => ({ ...(row as object), driver: 'pi' })),
    );
    assert.equal(database.pragma('user_version', { simple: true }), MIGRATIONS.length + 1);
  });

  it('open the golden file as a store with everything in it', async () => {
    const store = await openTestStore(defer, await goldenFile());

    assert.equal(store.sessions.get('s1')?.title, 'Old session');
    assert.equal(store.history.read('s1', 0, 2, 1000).events.length, 2);
    assert.equal(store.prompts.queuedOf('s1')[0]?.content, 'waiting');
    assert.deepEqual(store.images.get('s1', 'i1')?.data, Buffer.from([1, 2, 3, 4]));
    assert.equal(store.epoch.current, 4);
  });

  it('change nothing when a step fails', async () => {
    const database = await open(await goldenFile());
    const broken: Migration = (one) => {
      NEXT(one);
      throw new Error('half way');
    };

    assert.throws(() => migrate(database, [...MIGRATIONS, broken]), /half way/);

    assert.equal(database.pragma('user_version', { simple: true }), 1);
    assert.equal((database.pragma('table_info(sessions)') as unknown[]).length, 16);
  });

  it('refuse a file of a newer version instead of touching it', async () => {
    const database = await open(await goldenFile());
    database.pragma('user_version = 99');

    assert.throws(() => migrate(database), /version 99/);
  });

  async function goldenFile(): Promise<string> {
    const path = join(temporaryDirectory(defer), 'sessions.db');
    writeVersionOne(await loadSqlite(), path);
    return path;
  }

  async function open(path: string): Promise<Sqlite> {
    const Sqlite3 = await loadSqlite();
    const database = new Sqlite3(path);
    defer(() => database.close());
    return database;
  }
});

function rowsOf(database: Sqlite): Record<string, unknown[]> {
  return Object.fromEntries(
    TABLES_OF_VERSION_ONE.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]),
  );
}
