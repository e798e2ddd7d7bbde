/** User tokens: what the command line holds after `spectral login --oauth`. Opaque, hashed, with an end. */
import { randomUUID } from 'node:crypto';
import type { UserToken } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';
import type { User } from './people.ts';

export const USER_TOKEN_PREFIX = 'sk-spectral-user-';
export const USER_TOKEN_LIFE_MS = 90 * 86_400_000;
const NOTE_USE_MS = 5 * 60_000;

/** A fresh token for the command on `host`. */
export async function issueUserToken(db: Database, user: User, host: string, now: Date): Promise<UserToken> {
  const token = newSecret(USER_TOKEN_PREFIX);
  const expires_at = new Date(now.getTime() + USER_TOKEN_LIFE_MS);
  await db
    .insertInto('user_tokens')
    .values({
      id: randomUUID(),
      user_id: user.id,
      secret_hash: hashSecret(token),
      host,
      created_at: now,
      expires_at,
    })
    .execute();
  return {
    token,
    expiresAt: expires_at.toISOString(),
    user: { id: user.id, name: user.name, email: user.email },
  };
}

/** The person behind a token, or null when it is unknown, expired or ended. `id` is the token's row. */
export async function findUserToken(
  db: Database,
  token: string,
  now: Date,
): Promise<{ id: string; user: User } | null> {
  const row = await db
    .selectFrom('user_tokens')
    .innerJoin('users', 'users.id', 'user_tokens.user_id')
    .select(['user_tokens.id', 'user_tokens.used_at', 'users.id as userId', 'users.name', 'users.email'])
    .where('user_tokens.secret_hash', '=', hashSecret(token))
    .where('user_tokens.ended_at', 'is', null)
    .where('user_tokens.expires_at', '>', now)
    .executeTakeFirst();
  if (!row) return null;
  if (!row.used_at || now.getTime() - row.used_at.getTime() >= NOTE_USE_MS) {
    await db.updateTable('user_tokens').set({ used_at: now }).where('id', '=', row.id).execute();
  }
  return { id: row.id, user: { id: row.userId, name: row.name, email: row.email } };
}

/** Ends the token with that row id. */
export async function endUserToken(db: Database, id: string, now: Date): Promise<void> {
  await db
    .updateTable('user_tokens')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends every token of a person but one, and resolves with the ids. */
export async function endOtherUserTokens(
  db: Database,
  userId: string,
  keptId: string,
  now: Date,
): Promise<string[]> {
  const rows = await db
    .updateTable('user_tokens')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('id', '!=', keptId)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}
