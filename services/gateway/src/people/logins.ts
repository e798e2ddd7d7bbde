/** Browser sessions: made at login, known by a hashed secret, sliding along while used, ended by logout. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';
import type { User } from './people.ts';

const DAY_MS = 86_400_000;
/** A session not used for this long ends. */
export const LOGIN_IDLE_MS = 14 * DAY_MS;
/** However much it is used, a session ends after this long. */
export const LOGIN_LIFE_MS = 90 * DAY_MS;
/** Use is noted at most this often, so that reading does not become writing. */
const NOTE_USE_MS = 5 * 60_000;

export interface Login {
  readonly id: string;
  readonly user: User;
  /** True when the expiry moved just now, and the cookie should move with it. */
  readonly extended: boolean;
}

/** Begins a session; `secret` goes into the cookie and is stored nowhere. */
export async function beginLogin(
  db: Database,
  userId: string,
  now: Date,
): Promise<{ id: string; secret: string }> {
  const [id, secret] = [randomUUID(), newSecret()];
  const expires_at = new Date(now.getTime() + LOGIN_IDLE_MS);
  await db
    .insertInto('logins')
    .values({
      id,
      user_id: userId,
      secret_hash: hashSecret(secret),
      created_at: now,
      used_at: now,
      expires_at,
    })
    .execute();
  return { id, secret };
}

/** The session behind a cookie, or null when there is none, or it ended. Notes its use. */
export async function findLogin(db: Database, secret: string, now: Date): Promise<Login | null> {
  const row = await db
    .selectFrom('logins')
    .innerJoin('users', 'users.id', 'logins.user_id')
    .select([
      'logins.id',
      'logins.created_at',
      'logins.used_at',
      'users.id as userId',
      'users.name',
      'users.email',
    ])
    .where('logins.secret_hash', '=', hashSecret(secret))
    .where('logins.ended_at', 'is', null)
    .where('logins.expires_at', '>', now)
    .executeTakeFirst();
  if (!row) return null;
  const extended = now.getTime() - row.used_at.getTime() >= NOTE_USE_MS;
  if (extended) await noteUse(db, row.id, row.created_at, now);
  return { id: row.id, user: { id: row.userId, name: row.name, email: row.email }, extended };
}

/** Ends a session. */
export async function endLogin(db: Database, loginId: string, now: Date): Promise<void> {
  await db
    .updateTable('logins')
    .set({ ended_at: now })
    .where('id', '=', loginId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends the sessions of a person but for one, and resolves with their ids. */
export async function endOtherLogins(
  db: Database,
  userId: string,
  keptId: string,
  now: Date,
): Promise<string[]> {
  const rows = await db
    .updateTable('logins')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('id', '!=', keptId)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Which of these sessions or user tokens live, as login ids name either. */
export async function livingLogins(
  db: Database,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('logins')
    .select(['id', 'user_id'])
    .where('id', 'in', ids)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .unionAll((union) =>
      union
        .selectFrom('user_tokens')
        .select(['id', 'user_id'])
        .where('id', 'in', ids)
        .where('ended_at', 'is', null)
        .where('expires_at', '>', now),
    )
    .execute();
  return new Map(rows.map(({ id, user_id }) => [id, user_id]));
}

async function noteUse(db: Database, loginId: string, createdAt: Date, now: Date): Promise<void> {
  const expires = Math.min(now.getTime() + LOGIN_IDLE_MS, createdAt.getTime() + LOGIN_LIFE_MS);
  await db
    .updateTable('logins')
    .set({ used_at: now, expires_at: new Date(expires) })
    .where('id', '=', loginId)
    .execute();
}
