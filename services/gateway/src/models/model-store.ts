/** What the database holds of a team's models. */
import { ServiceError } from '@spectral/common';
import type { NewUserModel } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import type { Sealer } from '../secrets/index.ts';
import type { ModelTables } from './tables.ts';
import type { StoredUserModel, UserModelSettings } from './user-model.ts';

export interface ModelStore {
  /** Ids of granted base models; null: the team never chose, so all are. */
  grantsOf(teamId: string): Promise<readonly string[] | null>;
  setGrants(teamId: string, granted: readonly string[]): Promise<void>;
  userModelsOf(teamId: string): Promise<readonly StoredUserModel[]>;
  /** Throws ServiceError `conflict` when the team has a model of that id. */
  addUserModel(teamId: string, model: NewUserModel): Promise<StoredUserModel>;
  /** A key of `undefined` stays, an empty one is removed. Throws ServiceError `not-found` or `conflict`. */
  changeUserModel(teamId: string, rowId: string, change: Partial<NewUserModel>): Promise<StoredUserModel>;
  /** Throws ServiceError `not-found`. */
  removeUserModel(teamId: string, rowId: string): Promise<void>;
}

interface StoreParts {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Keys are sealed, bound to their team and row. */
export function createModelStore({ db: database, sealer, newId, now }: StoreParts): ModelStore {
  const db = database.$extendTables<ModelTables>();

  const opened = (
    teamId: string,
    row: { id: string; settings: UserModelSettings; sealed_key: string | null },
  ): StoredUserModel => ({
    rowId: row.id,
    settings: row.settings,
    key: row.sealed_key === null ? null : sealer.open(row.sealed_key, keyName(teamId, row.id)),
  });
  const sealed = (teamId: string, rowId: string, key: string | undefined) =>
    key ? sealer.seal(key, keyName(teamId, rowId)) : null;

  const find = async (teamId: string, rowId: string) => {
    const row = await db
      .selectFrom('user_models')
      .selectAll()
      .where('team_id', '=', teamId)
      .where('id', '=', rowId)
      .executeTakeFirst();
    if (!row) throw new ServiceError('not-found', 'no such model in this team');
    return row;
  };

  return {
    async grantsOf(teamId) {
      const row = await db
        .selectFrom('model_grants')
        .select('granted')
        .where('team_id', '=', teamId)
        .executeTakeFirst();
      return row?.granted ?? null;
    },
    async setGrants(teamId, granted) {
      const row = { team_id: teamId, granted: JSON.stringify(granted), changed_at: now() };
      await db
        .insertInto('model_grants')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('team_id').doUpdateSet({ granted: row.granted, changed_at: row.changed_at }),
        )
        .execute();
    },
    async userModelsOf(teamId) {
      const rows = await db
        .selectFrom('user_models')
        .selectAll()
        .where('team_id', '=', teamId)
        .orderBy('model_id')
        .execute();
      return rows.map((row) => opened(teamId, row));
    },
    async addUserModel(teamId, { apiKey, ...settings }) {
      const id = newId();
      const row = {
        id,
        team_id: teamId,
        model_id: settings.modelId,
        settings: JSON.stringify(settings),
        sealed_key: sealed(teamId, id, apiKey),
      };
      await unlessTaken(settings.modelId, () =>
        db
          .insertInto('user_models')
          .values({ ...row, created_at: now(), changed_at: now() })
          .execute(),
      );
      return { rowId: id, settings, key: apiKey || null };
    },
    async changeUserModel(teamId, rowId, { apiKey, ...change }) {
      const row = await find(teamId, rowId);
      const settings: UserModelSettings = { ...row.settings, ...change };
      const key = apiKey === undefined ? row.sealed_key : sealed(teamId, rowId, apiKey);
      const news = {
        model_id: settings.modelId,
        settings: JSON.stringify(settings),
        sealed_key: key,
        changed_at: now(),
      };
      await unlessTaken(settings.modelId, () =>
        db.updateTable('user_models').set(news).where('id', '=', rowId).execute(),
      );
      return opened(teamId, { id: rowId, settings, sealed_key: key });
    },
    async removeUserModel(teamId, rowId) {
      await find(teamId, rowId);
      await db.deleteFrom('user_models').where('team_id', '=', teamId).where('id', '=', rowId).execute();
    },
  };
}

function keyName(teamId: string, rowId: string): string {
  return `user-model-key:${teamId}:${rowId}`;
}

/** SQLSTATE of a broken unique constraint. */
const UNIQUE_VIOLATION = '23505';

async function unlessTaken(modelId: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === UNIQUE_VIOLATION)) throw cause;
    throw new ServiceError(
      'conflict',
      `this team already has a model named ${modelId}: choose another name, or change that one`,
      { cause },
    );
  }
}
