import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@spectral/common';
import { migrate, readMigrations, type OpenDatabase } from '../../src/database/index.ts';
import { openPgDatabase } from '../../src/database/pg-database.ts';
import { createDatabaseLedger } from '../../src/usage/database-ledger.ts';
import { usageLedgerContract } from '../contracts/usage-ledger.contract.ts';
import { embeddedDatabase, MIGRATIONS } from '../support/databases.ts';
import { startPostgres, type Postgres } from '../support/start-postgres.ts';

describe('the usage ledger in the embedded database', () => usageLedgerContract(embeddedDatabase));

describe('the usage ledger in Postgres', function () {
  this.timeout(40_000);
  let postgres: Postgres;
  before(async () => void (postgres = await startPostgres()));
  after(() => postgres.stop());

  async function open(): Promise<OpenDatabase> {
    const database = openPgDatabase({
      url: await postgres.newDatabase(),
      connections: 4,
      log: silentLogger(),
    });
    await migrate(database.db, await readMigrations(MIGRATIONS), new Date());
    return database;
  }

  usageLedgerContract(open);
});

describe('the usage ledger without its database', () => {
  it('lets calls go on, and holds a bounded number of records', async () => {
    const database = openPgDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      connections: 1,
      log: silentLogger(),
    });
    const processId = 'p';
    const ledger = createDatabaseLedger({
      db: database.db,
      processId,
      now: () => new Date(),
      log: silentLogger(),
    });
    const begun = performance.now();

    await ledger.open({
      id: 'a',
      teamId: randomUUID(),
      machineId: randomUUID(),
      modelId: 'm',
      provider: 'p',
      dialect: 'openai',
      streamed: true,
      openedAt: new Date(),
    });

    assert.ok(performance.now() - begun < 5_000);
    assert.equal(ledger.waiting(), 1);
    await ledger.close();
    await database.close();
  });
});
