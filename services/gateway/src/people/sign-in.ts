/** Signing in with email and password: slow for guessers, the same for unknown people and wrong passwords. */
import { ServiceError } from '@spectral/common';
import type { Database } from '../database/index.ts';
import { GUESSES_PER_ADDRESS, GUESSES_PER_EMAIL, guard, type RateLimit } from '../rate-limits/index.ts';
import type { Passwords } from './password-hash.ts';
import { changeUser, findByEmail } from './people.ts';

export interface SignInParts {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly limits: RateLimit;
}

/** The person's id. Throws ServiceError `unauthenticated` or `rate-limited`. `address` is where the attempt comes from. */
export async function signIn(
  parts: SignInParts,
  attempt: { email: string; password: string; address: string },
): Promise<string> {
  const { db, passwords, limits } = parts;
  const { email, password, address } = attempt;
  const byEmail = `login-email:${email}`;
  await guard(limits, `login-address:${address}`, GUESSES_PER_ADDRESS);
  await guard(limits, byEmail, GUESSES_PER_EMAIL);

  const person = await findByEmail(db, email);
  const right = await passwords.verify(password, person?.passwordHash ?? null);
  if (!person || !right) {
    throw new ServiceError('unauthenticated', 'this email and password do not belong together; check both');
  }
  await limits.forget(byEmail);
  if (person.passwordHash !== null && passwords.isOutdated(person.passwordHash)) {
    await changeUser(db, person.id, { passwordHash: await passwords.hash(password) });
  }
  return person.id;
}
