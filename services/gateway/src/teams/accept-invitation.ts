/** Accepting an invitation: a signed-in person joins, a new one signs up. */
import { ServiceError, type Announcement } from '@spectral/common';
import type { acceptInvitation, parse } from '@spectral/proto/wire';
import type { Person } from '../callers/caller.ts';
import type { Database } from '../database/index.ts';
import type { Passwords } from '../people/password-hash.ts';
import { addUser } from '../people/people.ts';
import { endInvitation, findInvitation, type OpenInvitation } from './invitations.ts';
import { addMember } from './members.ts';

type SignUp = ReturnType<typeof parse<typeof acceptInvitation>>;

export interface Accepted {
  readonly userId: string;
  readonly announcement: Announcement;
}

/**
 * Joins `person`, or the new person described by `signUp`. Membership, account and the end of the invitation come
 * together or not at all. Throws ServiceError `gone`, `forbidden` (another address), `bad-input`, `conflict`.
 */
export async function accept(
  parts: { db: Database; passwords: Passwords },
  request: { code: string; person: Person | null; signUp: SignUp },
  now: Date,
): Promise<Accepted> {
  const { db, passwords } = parts;
  const { code, person, signUp } = request;
  const invitation = await findInvitation(db, code, now);
  const newcomer = person ? null : await newcomerOf(invitation, signUp, passwords);
  if (person) assertAddressee(invitation, person.user.email);

  const userId = await db.transaction().execute(async (transaction) => {
    const id = person?.user.id ?? (newcomer && (await addUser(transaction, newcomer, now)).id);
    if (!id) throw new ServiceError('internal', 'nobody accepts this invitation');
    await endInvitation(transaction, invitation.id, id, now);
    await addMember(transaction, invitation.teamId, id, invitation.role, now);
    return id;
  });
  return { userId, announcement: { type: 'member-changed', teamId: invitation.teamId, userId } };
}

async function newcomerOf(
  invitation: OpenInvitation,
  signUp: SignUp,
  passwords: Passwords,
): Promise<{ name: string; email: string; passwordHash: string }> {
  const { name, password } = signUp;
  const email = signUp.email ?? invitation.email ?? undefined;
  if (email === undefined || name === undefined || password === undefined) {
    throw new ServiceError(
      'bad-input',
      'give a name, an email address and a password to sign up, or sign in first',
    );
  }
  assertAddressee(invitation, email);
  return { name, email, passwordHash: await passwords.hash(password) };
}

function assertAddressee({ email }: OpenInvitation, given: string): void {
  if (email === null || email === given) return;
  throw new ServiceError(
    'forbidden',
    `this invitation is for ${email}: sign in or sign up with that address`,
  );
}
