/** Team keys: secrets with which machines enrol. Only a hash is stored; lists show the first characters. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import { TEAM_KEY_PREFIX, type TeamKey } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

/** Random characters that a list shows, enough to tell keys apart and far too few to guess the rest. */
const SHOWN_CHARACTERS = 4;
const NOTE_USE_MS = 60_000;

export interface NewTeamKey {
  readonly key: TeamKey;
  /** Shown once. */
  readonly secret: string;
}

/** A new key; `createdBy` is null for the one made at first run. */
export async function createTeamKey(
  db: Database,
  key: { teamId: string; name: string; createdBy: string | null },
  now: Date,
): Promise<NewTeamKey> {
  const secret = newSecret(TEAM_KEY_PREFIX);
  const row = await db
    .insertInto('team_keys')
    .values({
      id: randomUUID(),
      team_id: key.teamId,
      name: key.name,
      prefix: secret.slice(0, TEAM_KEY_PREFIX.length + SHOWN_CHARACTERS),
      secret_hash: hashSecret(secret),
      created_by: key.createdBy,
      created_at: now,
    })
    .returning(['id', 'name', 'prefix', 'created_at', 'last_used_at'])
    .executeTakeFirstOrThrow();
  return { key: asTeamKey(row), secret };
}

/** The living keys of a team, oldest first. */
export async function teamKeysOf(db: Database, teamId: string): Promise<TeamKey[]> {
  const rows = await db
    .selectFrom('team_keys')
    .select(['id', 'name', 'prefix', 'created_at', 'last_used_at'])
    .where('team_id', '=', teamId)
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(asTeamKey);
}

/** Ends a key and makes another of the same name, with an id of its own. Throws ServiceError `not-found`. */
export async function rotateTeamKey(
  db: Database,
  key: { id: string; teamId: string; callerId: string },
  now: Date,
): Promise<NewTeamKey> {
  return db.transaction().execute(async (transaction) => {
    const { name } = await endTeamKey(transaction, key, now);
    return createTeamKey(transaction, { teamId: key.teamId, name, createdBy: key.callerId }, now);
  });
}

/** Ends a key: it enrols nobody, and machine tokens issued under it are dead. Throws ServiceError `not-found`. */
export async function endTeamKey(
  db: Database,
  key: { id: string; teamId: string },
  now: Date,
): Promise<{ name: string }> {
  const row = await db
    .updateTable('team_keys')
    .set({ ended_at: now })
    .where('id', '=', key.id)
    .where('team_id', '=', key.teamId)
    .where('ended_at', 'is', null)
    .returning('name')
    .executeTakeFirst();
  if (!row) throw new ServiceError('not-found', 'no such key in this team');
  return row;
}

/** The living key with that secret, or null. Notes its use. */
export async function findTeamKey(
  db: Database,
  secret: string,
  now: Date,
): Promise<{ id: string; teamId: string } | null> {
  const row = await db
    .selectFrom('team_keys')
    .select(['id', 'team_id as teamId', 'last_used_at'])
    .where('secret_hash', '=', hashSecret(secret))
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (!row) return null;
  if (!row.last_used_at || now.getTime() - row.last_used_at.getTime() >= NOTE_USE_MS) {
    await db.updateTable('team_keys').set({ last_used_at: now }).where('id', '=', row.id).execute();
  }
  return { id: row.id, teamId: row.teamId };
}

function asTeamKey(row: {
  id: string;
  name: string;
  prefix: string;
  created_at: Date;
  last_used_at: Date | null;
}): TeamKey {
  const { id, name, prefix, created_at, last_used_at } = row;
  return {
    id,
    name,
    prefix,
    createdAt: created_at.toISOString(),
    lastUsedAt: last_used_at?.toISOString() ?? null,
  };
}
