/** Changes a person makes to their own account. */
import { ServiceError, type Announcement } from '@spectral/common';
import type { parse, profile } from '@spectral/proto/wire';
import type { Person } from '../callers/caller.ts';
import type { Database } from '../database/index.ts';
import { GUESSES_PER_EMAIL, guard, type RateLimit } from '../rate-limits/index.ts';
import { endOtherLogins } from './logins.ts';
import type { Passwords } from './password-hash.ts';
import { changeUser, passwordHashOf } from './people.ts';
import { endOtherUserTokens } from './user-tokens.ts';

type ProfileChange = ReturnType<typeof parse<typeof profile>>;

/**
 * Applies the change. A new address or password needs the present password, if there is one; replacing a password ends
 * every other login of the person. Resolves with what must be announced. Throws ServiceError `forbidden`, `conflict`.
 */
export async function changeProfile(
  parts: { db: Database; passwords: Passwords; limits: RateLimit },
  person: Person,
  change: ProfileChange,
  now: Date,
): Promise<Announcement[]> {
  const { db, passwords } = parts;
  const stored = await passwordHashOf(db, person.user.id);
  const isSensitive =
    change.password !== undefined || (change.email ?? person.user.email) !== person.user.email;
  if (isSensitive && stored !== null) await requirePassword(parts, person, change.currentPassword, stored);

  const { name, email, password } = change;
  await changeUser(db, person.user.id, {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(password === undefined ? {} : { passwordHash: await passwords.hash(password) }),
  });
  if (password === undefined || stored === null) return [];
  const ended = [
    ...(await endOtherLogins(db, person.user.id, person.loginId, now)),
    ...(await endOtherUserTokens(db, person.user.id, person.loginId, now)),
  ];
  return ended.map((loginId) => ({ type: 'login-ended', loginId }));
}

async function requirePassword(
  { passwords, limits }: { passwords: Passwords; limits: RateLimit },
  person: Person,
  given: string | undefined,
  stored: string,
): Promise<void> {
  if (given === undefined) throw new ServiceError('forbidden', 'this change needs your present password');
  await guard(limits, `password-change:${person.user.id}`, GUESSES_PER_EMAIL);
  if (await passwords.verify(given, stored)) return;
  throw new ServiceError('forbidden', 'the present password is another one');
}
