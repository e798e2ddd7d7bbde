import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { sql } from 'kysely';
import { openPGliteDatabase } from '../../src/database/pglite-database.ts';
import { databaseContract } from '../contracts/database.contract.ts';
import { emptyEmbeddedDatabase } from '../support/databases.ts';

databaseContract('the embedded Postgres', async () => {
  const database = await emptyEmbeddedDatabase();
  return { one: database, other: database };
});

describe('an embedded database that was never used', () => {
  it('is closed all the same', async () => {
    const database = await emptyEmbeddedDatabase();

    await database.close();

    assert.equal(database.pglite.closed, true);
  });
});

describe('the embedded database in a directory', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  it('keeps what was written, and is made where there is nothing yet', async function () {
    this.timeout(30_000);
    const root = mkdtempSync(join(tmpdir(), 'spectral-embedded-'));
    made.push(root);
    const place = { directory: join(root, 'not', 'there', 'yet') };

    const first = await openPGliteDatabase(place);
    await sql`create table kept (word text)`.execute(first.db);
    await sql`insert into kept values ('here')`.execute(first.db);
    await first.close();
    const second = await openPGliteDatabase(place);
    const { rows } = await sql`select word from kept`.execute(second.db);
    await second.close();

    assert.deepEqual(rows, [{ word: 'here' }]);
  });
});
