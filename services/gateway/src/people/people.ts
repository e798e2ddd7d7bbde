/** People: rows of `users`, and what a person is told about themselves. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { Me } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { teamsOf } from '../teams/teams.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Adds a person. Throws ServiceError `conflict` when the address has an account. */
export async function addUser(
  db: Database,
  user: { name: string; email: string; passwordHash: string | null },
  now: Date,
): Promise<User> {
  const { name, email, passwordHash } = user;
  const row = await db
    .insertInto('users')
    .values({ id: randomUUID(), name, email, password_hash: passwordHash, created_at: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(['id', 'name', 'email'])
    .executeTakeFirst();
  if (!row) throw emailTaken(email);
  return row;
}

/** Changes what is given. Throws ServiceError `conflict` when another person has the address. */
export async function changeUser(
  db: Database,
  userId: string,
  change: { name?: string; email?: string; passwordHash?: string },
): Promise<void> {
  const { name, email, passwordHash } = change;
  if (email !== undefined) await assertEmailFree(db, email, userId);
  await db
    .updateTable('users')
    .set((row) => ({
      name: name ?? row.ref('name'),
      email: email ?? row.ref('email'),
      password_hash: passwordHash ?? row.ref('password_hash'),
    }))
    .where('id', '=', userId)
    .execute();
}

/** The person behind an address with the stored hash, or null. `email` is in lower case. */
export async function findByEmail(
  db: Database,
  email: string,
): Promise<(User & { readonly passwordHash: string | null }) | null> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'name', 'email', 'password_hash as passwordHash'])
    .where('email', '=', email)
    .executeTakeFirst();
  return row ?? null;
}

/** The stored password hash of a person; null when none is set. */
export async function passwordHashOf(db: Database, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row?.password_hash ?? null;
}

/** The person and their teams, as `/api/auth/me` shows them. */
export async function meOf(db: Database, userId: string): Promise<Me> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'name', 'email', 'password_hash'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  const { id, name, email, password_hash } = row;
  return { user: { id, name, email, hasPassword: password_hash !== null }, teams: await teamsOf(db, userId) };
}

/** True while nobody ever signed in and nobody has a password. */
export async function isFirstRun(db: Database): Promise<boolean> {
  const person = await db
    .selectFrom('users')
    .select('id')
    .where('password_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  const login = await db.selectFrom('logins').select('id').limit(1).executeTakeFirst();
  return !person && !login;
}

async function assertEmailFree(db: Database, email: string, exceptUserId: string): Promise<void> {
  const other = await findByEmail(db, email);
  if (other && other.id !== exceptUserId) throw emailTaken(email);
}

function emailTaken(email: string): ServiceError {
  return new ServiceError(
    'conflict',
    `${email} already has an account: sign in with it, or use another address`,
  );
}
