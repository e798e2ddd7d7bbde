/** What a team's model calls used and cost, over some days. */
import type { UsageReport, UsageRow } from '@spectral/proto/wire';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database/index.ts';

/** Rows of each breakdown, costliest first (days: newest first). */
const MAX_ROWS = 200;

/** Calls opened since a moment. Days are days of UTC. */
export async function usageReport(db: Database, teamId: string, since: Date): Promise<UsageReport> {
  const of = (select: RawBuilder<unknown>, rest: RawBuilder<unknown>) =>
    sql<Row>`
    select ${select} ${SUMS}
    from model_calls left join machines on machines.id = model_calls.machine_id
    where model_calls.team_id = ${teamId} and opened_at >= ${since} and outcome <> 'open' ${rest}`.execute(
      db,
    );

  const total = await of(sql``, sql``);
  const models = await of(
    sql`model_id as key,`,
    sql`group by model_id order by cost desc, calls desc limit ${sql.lit(MAX_ROWS)}`,
  );
  const machines = await of(
    sql`machine_id::text as key, max(machines.name) as name,`,
    sql`group by machine_id order by cost desc, calls desc limit ${sql.lit(MAX_ROWS)}`,
  );
  const day = sql`to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD')`;
  const days = await of(
    sql`${day} as key,`,
    sql`group by ${day} order by ${day} desc limit ${sql.lit(MAX_ROWS)}`,
  );

  return {
    since: since.toISOString(),
    total: usageRow(total.rows[0]),
    byModel: models.rows.map((row) => ({ modelId: row.key, ...usageRow(row) })),
    byMachine: machines.rows.map((row) => ({
      machineId: row.key,
      machineName: row.name ?? 'a machine that is gone',
      ...usageRow(row),
    })),
    byDay: days.rows.map((row) => ({ day: row.key, ...usageRow(row) })),
  };
}

/** All sums as double precision, which both media give as numbers. */
const SUMS = sql`
  count(*)::double precision as calls,
  count(*) filter (where outcome in ('failed', 'cut', 'interrupted'))::double precision as failed,
  coalesce(sum(input_tokens), 0)::double precision as input,
  coalesce(sum(output_tokens), 0)::double precision as output,
  coalesce(sum(cache_read_tokens), 0)::double precision as cache_read,
  coalesce(sum(cache_write_tokens), 0)::double precision as cache_write,
  coalesce(sum(cost_nano_usd), 0)::double precision / 1e9 as cost,
  count(*) filter (where cost_nano_usd is null)::double precision as unpriced`;

interface Row {
  readonly key: string;
  readonly name: string | null;
  readonly calls: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly cost: number;
  readonly unpriced: number;
}

function usageRow(row: Row | undefined): UsageRow {
  return {
    calls: row?.calls ?? 0,
    failed: row?.failed ?? 0,
    inputTokens: row?.input ?? 0,
    outputTokens: row?.output ?? 0,
    cacheReadTokens: row?.cache_read ?? 0,
    cacheWriteTokens: row?.cache_write ?? 0,
    cost: row?.cost ?? 0,
    unpriced: row?.unpriced ?? 0,
  };
}
