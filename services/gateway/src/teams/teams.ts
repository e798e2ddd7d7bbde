/** Teams, and whether a person may do something in one. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { Role, Team } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { mayDo, rolesFor, type TeamAction } from './roles.ts';

/** A new team with `ownerId` as its owner. */
export async function createTeam(db: Database, name: string, ownerId: string, now: Date): Promise<Team> {
  const id = randomUUID();
  await db.insertInto('teams').values({ id, name, created_at: now }).execute();
  await db
    .insertInto('members')
    .values({ team_id: id, user_id: ownerId, role: 'owner', joined_at: now })
    .execute();
  return { id, name, role: 'owner' };
}

/** The person's teams with their role in each, oldest membership first. */
export async function teamsOf(db: Database, userId: string): Promise<Team[]> {
  return db
    .selectFrom('members')
    .innerJoin('teams', 'teams.id', 'members.team_id')
    .select(['teams.id', 'teams.name', 'members.role'])
    .where('members.user_id', '=', userId)
    .orderBy('members.joined_at')
    .orderBy('teams.id')
    .execute();
}

export async function renameTeam(db: Database, teamId: string, name: string): Promise<void> {
  await db.updateTable('teams').set({ name }).where('id', '=', teamId).execute();
}

/** The person's role, or null when they are no member. */
export async function roleIn(db: Database, teamId: string, userId: string): Promise<Role | null> {
  const row = await db
    .selectFrom('members')
    .select('role')
    .where('team_id', '=', teamId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.role ?? null;
}

/**
 * The person's role, when it allows the action. Throws ServiceError: `not-found` to strangers, who need not know that
 * the team exists, and `forbidden` to members.
 */
export async function requireRole(
  db: Database,
  teamId: string,
  userId: string,
  action: TeamAction,
): Promise<Role> {
  const role = await roleIn(db, teamId, userId);
  if (!role) throw new ServiceError('not-found', 'no such team among yours');
  if (mayDo(role, action)) return role;
  throw new ServiceError(
    'forbidden',
    `this needs the role ${rolesFor(action)} in the team; yours is ${role}`,
  );
}
