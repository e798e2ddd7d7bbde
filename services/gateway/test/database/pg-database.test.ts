import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { silentLogger } from '@spectral/common';
import { sql } from 'kysely';
import { after, before, describe, it } from 'mocha';
import { isOutage } from '../../src/database/index.ts';
import { openPgDatabase } from '../../src/database/pg-database.ts';
import type { ApiAnswer } from '../support/api-client.ts';
import { databaseContract } from '../contracts/database.contract.ts';
import { startPostgres, type Postgres } from '../support/start-postgres.ts';
import { startTestGateway } from '../support/start-gateway.ts';

describe('on a Postgres server', () => {
  let postgres: Postgres;
  before(async function () {
    this.timeout(30_000);
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  const open = (url: string) => openPgDatabase({ url, connections: 5, log: silentLogger() });

  databaseContract('a Postgres server', async () => {
    const url = await postgres.newDatabase();
    return { one: open(url), other: open(url) };
  });

  it('a gateway starts and serves', async () => {
    const database = open(await postgres.newDatabase());
    const gateway = await startTestGateway({}, { database });
    try {
      const body = { name: 'm', hostname: 'h', version: '1', pid: 1 };
      const headers = { authorization: `Bearer ${gateway.firstRun.teamKey}` };

      assert.equal((await gateway.stranger().post('/api/machines', body, headers)).status, 201);
    } finally {
      await gateway.close();
    }
  });

  it('a server that goes away is an outage, which callers are told', async () => {
    const gone = await startPostgres();
    const database = open(await gone.newDatabase());
    const needs = [{ name: 'database', check: async () => void (await sql`select 1`.execute(database.db)) }];
    const gateway = await startTestGateway({}, { database, needs });
    try {
      assert.equal((await gateway.stranger().get('/ready')).status, 200);
      await gone.kill();

      // The dead server's workers notice a moment later, and may answer until then.
      const answer = await untilRefused(() => gateway.stranger().get('/api/auth/state'));
      const ready = await gateway.stranger().get('/ready');

      assert.deepEqual([answer.status, answer.body.error.code], [503, 'unavailable']);
      assert.deepEqual([ready.status, ready.body.faults], [503, ['database']]);
      assert.equal((await gateway.stranger().get('/health')).status, 200, 'the process itself is well');
    } finally {
      await gateway.close();
      await gone.stop();
    }
  }).timeout(40_000);

  it('a connection that ends between two queries fails the next one, and is replaced', async () => {
    const database = open(await postgres.newDatabase());
    const error = await database.db.connection().execute(async (held) => {
      const pid = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(held)).rows[0]?.pid;
      const isThere = sql`select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid}`;
      while ((await isThere.execute(database.db)).rows.length > 0);
      await setImmediate(); // what the server said last is read
      return sql`select 1`.execute(held).catch((thrown: unknown) => thrown);
    });
    const later = await sql`select 1 as one`.execute(database.db);
    await database.close();

    assert.equal(isOutage(error), true, String(error));
    assert.deepEqual(later.rows, [{ one: 1 }]);
  });

  it('a fault of a query is no outage', async () => {
    const database = open(await postgres.newDatabase());
    const error = await sql`select * from nowhere`.execute(database.db).catch((thrown: unknown) => thrown);
    await database.close();

    assert.ok(error instanceof Error);
    assert.equal(isOutage(error), false);
  });

  it('a server that was never there is an outage', async () => {
    const database = open('postgres://postgres@127.0.0.1:1/none');
    const error = await sql`select 1`.execute(database.db).catch((thrown: unknown) => thrown);
    await database.close();

    assert.equal(isOutage(error), true);
  });
});

/** The first answer of 500 or above, or the last one after ten seconds. */
async function untilRefused(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer.status >= 500 || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
