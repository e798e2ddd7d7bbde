/** Invitations by link: `/invite/<code>`, for one person, with an end. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { Invitation, Role } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

export const INVITATION_LIFE_MS = 7 * 86_400_000;

type InvitedRole = Exclude<Role, 'owner'>;

/** An invitation that can be accepted at this moment. */
export interface OpenInvitation {
  readonly id: string;
  readonly teamId: string;
  readonly teamName: string;
  readonly role: InvitedRole;
  /** When set, only this address may accept. */
  readonly email: string | null;
}

/** A new invitation; the code in the link is stored nowhere. */
export async function invite(
  db: Database,
  invitation: {
    teamId: string;
    role: InvitedRole;
    email: string | null;
    createdBy: string;
    publicUrl: string;
  },
  now: Date,
): Promise<{ invitation: Invitation; link: string }> {
  const code = newSecret();
  const row = await db
    .insertInto('invitations')
    .values({
      id: randomUUID(),
      team_id: invitation.teamId,
      role: invitation.role,
      email: invitation.email,
      code_hash: hashSecret(code),
      created_by: invitation.createdBy,
      created_at: now,
      expires_at: new Date(now.getTime() + INVITATION_LIFE_MS),
    })
    .returning(['id', 'role', 'email', 'created_at', 'expires_at'])
    .executeTakeFirstOrThrow();
  return { invitation: asInvitation(row), link: `${invitation.publicUrl}/invite/${code}` };
}

/** Invitations of a team that can still be accepted, newest first. */
export async function openInvitations(db: Database, teamId: string, now: Date): Promise<Invitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .select(['id', 'role', 'email', 'created_at', 'expires_at'])
    .where('team_id', '=', teamId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(asInvitation);
}

/** Withdraws one. Throws ServiceError `not-found` when it is not open. */
export async function withdrawInvitation(db: Database, teamId: string, id: string, now: Date): Promise<void> {
  const row = await db
    .updateTable('invitations')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('team_id', '=', teamId)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new ServiceError('not-found', 'no such open invitation in this team');
}

/** The open invitation with that code. Throws ServiceError `gone`. */
export async function findInvitation(db: Database, code: string, now: Date): Promise<OpenInvitation> {
  const row = await db
    .selectFrom('invitations')
    .innerJoin('teams', 'teams.id', 'invitations.team_id')
    .select([
      'invitations.id',
      'teams.id as teamId',
      'teams.name as teamName',
      'invitations.role',
      'invitations.email',
    ])
    .where('invitations.code_hash', '=', hashSecret(code))
    .where('invitations.ended_at', 'is', null)
    .where('invitations.expires_at', '>', now)
    .executeTakeFirst();
  if (!row) throw gone();
  return row;
}

/** Uses an invitation up. Throws ServiceError `gone` when somebody else did in the meantime. */
export async function endInvitation(db: Database, id: string, acceptedBy: string, now: Date): Promise<void> {
  const row = await db
    .updateTable('invitations')
    .set({ ended_at: now, accepted_by: acceptedBy })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!row) throw gone();
}

function asInvitation(row: {
  id: string;
  role: InvitedRole;
  email: string | null;
  created_at: Date;
  expires_at: Date;
}): Invitation {
  const { id, role, email, created_at, expires_at } = row;
  return { id, role, email, createdAt: created_at.toISOString(), expiresAt: expires_at.toISOString() };
}

function gone(): ServiceError {
  return new ServiceError('gone', 'this invitation was used, withdrawn or has expired: ask for a new one');
}
