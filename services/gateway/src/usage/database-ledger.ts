/**
 * The ledger in the database. Opening and settling are one upsert each, so a settlement whose opening was lost still counts,
 * a settlement that comes twice counts once, and many calls share one statement.
 */
import type { Logger } from '@spectral/common';
import type { Insertable, Kysely } from 'kysely';
import type { Database } from '../database/index.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import type { OpenedCall, SettledCall, UsageLedger } from './ledger.ts';
import type { UsageTables } from './tables.ts';

export interface DatabaseLedger extends UsageLedger {
  /** Renews this process's open calls and marks those of dead processes. Resolves with the number marked. */
  reap(): Promise<number>;
  /** Records that wait for the database, and records given up. */
  waiting(): number;
  dropped(): number;
  /** Writes what waits, for at most a second. */
  close(): Promise<void>;
}

interface LedgerParts {
  readonly db: Database;
  /** Distinguishes this process from others that write to the same table. */
  readonly processId: string;
  readonly now: () => Date;
  readonly log: Logger;
}

type CallRow = Insertable<UsageTables['model_calls']>;

/** An open call not renewed for this long belongs to a process that died. It is renewed at a quarter of it. */
export const CALL_LEASE_MS = 120_000;
const LIMITS = { maxBatch: 200, maxWaiting: 20_000, patienceMs: 2_000, retryMs: 500 };
const CLOSE_LIMIT_MS = 1_000;

export function createDatabaseLedger({ db: database, processId, now, log }: LedgerParts): DatabaseLedger {
  const db = database.$extendTables<UsageTables>();
  const onError = (err: unknown) => log.warn({ err }, 'usage could not be written; it will be tried again');
  const opening: GroupCommit<CallRow> = createGroupCommit({
    ...LIMITS,
    onError,
    write: (rows) => insertOpened(db, rows),
  });
  const settling: GroupCommit<CallRow> = createGroupCommit({
    ...LIMITS,
    onError,
    write: (rows) => upsertSettled(db, rows),
  });

  return {
    async open(call) {
      await opening.add(openedRow(call, processId));
    },
    async settle(call) {
      await settling.add(settledRow(call, processId));
    },
    reap: () => reap(db, processId, now()),
    waiting: () => opening.waiting() + settling.waiting(),
    dropped: () => opening.dropped() + settling.dropped(),
    close: async () =>
      void (await Promise.all([opening.close(CLOSE_LIMIT_MS), settling.close(CLOSE_LIMIT_MS)])),
  };
}

async function insertOpened(db: Kysely<UsageTables>, rows: readonly CallRow[]): Promise<void> {
  await db
    .insertInto('model_calls')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** A call marked interrupted by mistake is put right by its settlement; one settled before stays as it is. */
async function upsertSettled(db: Kysely<UsageTables>, rows: readonly CallRow[]): Promise<void> {
  // One statement may touch a row once.
  const latest = [...new Map(rows.map((row) => [row.id, row])).values()];
  await db
    .insertInto('model_calls')
    .values(latest)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((row) =>
          Object.fromEntries(SETTLED_COLUMNS.map((column) => [column, row.ref(`excluded.${column}`)])),
        )
        .where('model_calls.outcome', 'in', ['open', 'interrupted']),
    )
    .execute();
}

const SETTLED_COLUMNS = [
  'served_model',
  'outcome',
  'http_status',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'estimated',
  'cost_nano_usd',
  'settled_at',
] as const;

async function reap(db: Kysely<UsageTables>, processId: string, now: Date): Promise<number> {
  await db
    .updateTable('model_calls')
    .set({ touched_at: now })
    .where('outcome', '=', 'open')
    .where('process_id', '=', processId)
    .execute();
  const lapsed = new Date(now.getTime() - CALL_LEASE_MS);
  const { numUpdatedRows } = await db
    .updateTable('model_calls')
    .set({ outcome: 'interrupted', estimated: true, settled_at: now })
    .where('outcome', '=', 'open')
    .where('touched_at', '<', lapsed)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

function openedRow(call: OpenedCall, processId: string): CallRow {
  return {
    id: call.id,
    team_id: call.teamId,
    machine_id: call.machineId,
    model_id: call.modelId,
    provider: call.provider,
    dialect: call.dialect,
    streamed: call.streamed,
    process_id: processId,
    outcome: 'open',
    opened_at: call.openedAt,
    touched_at: call.openedAt,
  };
}

function settledRow(call: SettledCall, processId: string): CallRow {
  const { usage, costUsd } = call;
  return {
    ...openedRow(call, processId),
    served_model: usage?.servedModel ?? null,
    outcome: call.outcome,
    http_status: call.httpStatus,
    input_tokens: usage?.input ?? null,
    output_tokens: usage?.output ?? null,
    cache_read_tokens: usage?.cacheRead ?? null,
    cache_write_tokens: usage ? usage.cacheWrite + usage.cacheWrite1h : null,
    estimated: call.estimated,
    cost_nano_usd: costUsd === null ? null : Math.round(costUsd * 1e9),
    settled_at: call.settledAt,
  };
}
