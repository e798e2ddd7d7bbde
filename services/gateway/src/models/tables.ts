/** Rows of the model tables (migrations/0101-models.sql) as Kysely sees them. */
import type { ColumnType, JSONColumnType } from 'kysely';
import type { UserModelSettings } from './user-model.ts';

type Fixed<T> = ColumnType<T, T, never>;

/** A type, not an interface: Kysely wants an index signature. */
export type ModelTables = {
  model_grants: { team_id: Fixed<string>; granted: JSONColumnType<string[]>; changed_at: Date };
  user_models: {
    id: Fixed<string>;
    team_id: Fixed<string>;
    model_id: string;
    settings: JSONColumnType<UserModelSettings>;
    sealed_key: string | null;
    created_at: Fixed<Date>;
    changed_at: Date;
  };
};
