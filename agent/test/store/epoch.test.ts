import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { openEpoch } from '../../src/store/epoch.ts';
import { migrate } from '../../src/store/migrations.ts';
import { loadSqlite } from '../../src/store/open-database.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe("the log's epoch", () => {
  const defer = useCleanUp();

  it('stays when the daemon was killed, because the system kept what it was given', async () => {
    const database = await openFile();
    const first = openEpoch(database, 'boot-1').current;

    assert.equal(openEpoch(database, 'boot-1').current, first);
  });

  it('grows when the system went down under a serving daemon', async () => {
    const database = await openFile();
    const first = openEpoch(database, 'boot-1').current;

    assert.equal(openEpoch(database, 'boot-2').current, first + 1);
  });

  it('stays over a reboot after an orderly end', async () => {
    const database = await openFile();
    const first = openEpoch(database, 'boot-1');
    first.closeCleanly();

    assert.equal(openEpoch(database, 'boot-2').current, first.current);
  });

  it('grows for good when a reader is ahead of the log', async () => {
    const database = await openFile();
    const first = openEpoch(database, 'boot-1');
    const before = first.current;
    first.grow();

    assert.equal(first.current, before + 1);
    assert.equal(openEpoch(database, 'boot-1').current, before + 1);
  });

  it('counts the runs of the daemon', async () => {
    const database = await openFile();

    assert.deepEqual([openEpoch(database, 'b').run, openEpoch(database, 'b').run], [1, 2]);
  });

  async function openFile() {
    const Sqlite3 = await loadSqlite();
    const database = new Sqlite3(join(temporaryDirectory(defer), 'sessions.db'));
    defer(() => database.close());
    migrate(database);
    return database;
  }
});
