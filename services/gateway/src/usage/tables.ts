/** Rows of the usage table (migrations/0102-usage.sql) as Kysely sees them. Big integers are written as numbers. */
import type { ColumnType } from 'kysely';

type Fixed<T> = ColumnType<T, T, never>;
type BigCount = ColumnType<string | null, number | null | undefined, number | null>;

/** A type, not an interface: Kysely wants an index signature. */
export type UsageTables = {
  model_calls: {
    id: Fixed<string>;
    team_id: Fixed<string>;
    machine_id: Fixed<string>;
    model_id: Fixed<string>;
    served_model: ColumnType<string | null, string | null | undefined, string | null>;
    provider: Fixed<string>;
    dialect: Fixed<string>;
    streamed: Fixed<boolean>;
    process_id: Fixed<string>;
    outcome: string;
    http_status: ColumnType<number | null, number | null | undefined, number | null>;
    input_tokens: BigCount;
    output_tokens: BigCount;
    cache_read_tokens: BigCount;
    cache_write_tokens: BigCount;
    estimated: ColumnType<boolean, boolean | undefined, boolean>;
    cost_nano_usd: BigCount;
    opened_at: Fixed<Date>;
    touched_at: Date;
    settled_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  };
};
