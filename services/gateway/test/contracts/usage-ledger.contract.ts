/** What any usage ledger in a database must do, whatever the database is. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@spectral/common';
import type { OpenDatabase } from '../../src/database/index.ts';
import { NO_TOKENS } from '../../src/usage/call-usage.ts';
import type { OpenedCall, SettledCall } from '../../src/usage/ledger.ts';
import { CALL_LEASE_MS, createDatabaseLedger } from '../../src/usage/database-ledger.ts';
import { usageReport } from '../../src/usage/report.ts';

/** `open` gives a fresh database with the schema in place. */
export function usageLedgerContract(open: () => Promise<OpenDatabase>): void {
  let database: OpenDatabase;
  const clock = { now: new Date('2026-11-21T12:00:00Z') };
  const [team, machine] = [randomUUID(), randomUUID()];
  const SINCE = new Date('2026-11-01T00:00:00Z');

  beforeEach(async () => {
    database = await open();
    clock.now = new Date('2026-11-21T12:00:00Z');
  });
  afterEach(() => database.close());

  const ledgerOf = (processId: string) =>
    createDatabaseLedger({ db: database.db, processId, now: () => clock.now, log: silentLogger() });
  const opened = (id: string): OpenedCall => ({
    id,
    teamId: team,
    machineId: machine,
    modelId: 'm',
    provider: 'p',
    dialect: 'anthropic',
    streamed: true,
    openedAt: clock.now,
  });
  const settled = (id: string, change: Partial<SettledCall> = {}): SettledCall => ({
    ...opened(id),
    settledAt: clock.now,
    outcome: 'ok',
    httpStatus: 200,
    usage: {
      ...NO_TOKENS,
      input: 1000,
      output: 500,
      cacheRead: 7,
      cacheWrite: 2,
      cacheWrite1h: 3,
      servedModel: 'm-2026',
      webSearches: 0,
      others: [],
      specialRate: false,
    },
    estimated: false,
    costUsd: 0.0105,
    ...change,
  });
  const total = async () => (await usageReport(database.db, team, SINCE)).total;

  it('counts a call once, however often it is settled', async () => {
    const ledger = ledgerOf('p1');
    await ledger.open(opened('a'));
    await ledger.settle(settled('a'));
    await ledger.settle(settled('a', { costUsd: 99 }));
    await ledger.open(opened('a'));

    assert.deepEqual(await total(), {
      calls: 1,
      failed: 0,
      inputTokens: 1000,
      outputTokens: 500,
      cacheReadTokens: 7,
      cacheWriteTokens: 5,
      cost: 0.0105,
      unpriced: 0,
    });
  });

  it('counts a settlement whose opening was lost', async () => {
    await ledgerOf('p1').settle(settled('a'));

    assert.equal((await total()).calls, 1);
  });

  it('leaves open calls out of reports', async () => {
    await ledgerOf('p1').open(opened('a'));

    assert.equal((await total()).calls, 0);
  });

  it('tells an unknown cost from none, and failures from leaving', async () => {
    const ledger = ledgerOf('p1');
    await ledger.settle(settled('a', { costUsd: null, usage: null, estimated: true, outcome: 'aborted' }));
    await ledger.settle(settled('b', { costUsd: 0, outcome: 'failed', httpStatus: 529 }));
    await ledger.settle(settled('c', { outcome: 'cut' }));

    const { calls, failed, unpriced, cost } = await total();
    assert.deepEqual({ calls, failed, unpriced, cost }, { calls: 3, failed: 2, unpriced: 1, cost: 0.0105 });
  });

  it('keeps billionths of a dollar', async () => {
    const ledger = ledgerOf('p1');
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        ledger.settle(settled(`call-${index}`, { costUsd: 0.000000008 })),
      ),
    );

    assert.equal((await total()).cost, 0.000008);
    assert.equal((await total()).calls, 1000);
  });

  it('marks calls of a process that died, and not those of one that lives', async () => {
    const [dead, alive] = [ledgerOf('dead'), ledgerOf('alive')];
    await dead.open(opened('a'));
    await alive.open(opened('b'));

    clock.now = new Date(clock.now.getTime() + CALL_LEASE_MS + 1000);
    assert.equal(await alive.reap(), 1);
    assert.equal(await alive.reap(), 0);

    const { calls, failed, unpriced } = await total();
    assert.deepEqual({ calls, failed, unpriced }, { calls: 1, failed: 1, unpriced: 1 });
  });

  it('lets a settlement put a wrongly marked call right', async () => {
    const [slow, other] = [ledgerOf('slow'), ledgerOf('other')];
    await slow.open(opened('a'));
    clock.now = new Date(clock.now.getTime() + CALL_LEASE_MS + 1000);
    await other.reap();

    await slow.settle(settled('a'));

    assert.deepEqual((await total()).failed, 0);
  });

  it('breaks usage down by model, machine and day', async () => {
    const ledger = ledgerOf('p1');
    await ledger.settle(settled('a'));
    await ledger.settle({ ...settled('b'), modelId: 'n', openedAt: new Date('2026-11-20T23:59:59Z') });
    await ledger.settle({ ...settled('c'), teamId: randomUUID() });
    await ledger.settle({ ...settled('d'), openedAt: new Date('2026-10-31T23:59:59Z') });

    const report = await usageReport(database.db, team, SINCE);

    assert.equal(report.total.calls, 2);
    assert.deepEqual(Object.fromEntries(report.byModel.map(({ modelId, calls }) => [modelId, calls])), {
      m: 1,
      n: 1,
    });
    assert.deepEqual(
      report.byDay.map(({ day, calls }) => [day, calls]),
      [
        ['2026-11-21', 1],
        ['2026-11-20', 1],
      ],
    );
    assert.deepEqual(
      report.byMachine.map(({ machineId, machineName, calls }) => [machineId, machineName, calls]),
      [[machine, 'a machine that is gone', 2]],
    );
  });
}
