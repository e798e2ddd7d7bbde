/** Members of a team: list, join, change of role, leaving. */
import { ServiceError, type Announcement } from '@spectral/common';
import type { Member, Role } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { revokeMachinesOf } from '../machines/revoke.ts';
import { removalRefusal, roleChangeRefusal, type MemberRefusal } from './roles.ts';
import { roleIn } from './teams.ts';

/** Everybody in the team, in the order they joined. */
export async function membersOf(db: Database, teamId: string): Promise<Member[]> {
  const rows = await memberRows(db, teamId).orderBy('members.joined_at').orderBy('users.email').execute();
  return rows.map(({ joined_at, ...row }) => ({ ...row, joinedAt: joined_at.toISOString() }));
}

/** Makes a person a member. No effect on one who is. */
export async function addMember(
  db: Database,
  teamId: string,
  userId: string,
  role: Role,
  now: Date,
): Promise<void> {
  await db
    .insertInto('members')
    .values({ team_id: teamId, user_id: userId, role, joined_at: now })
    .onConflict((conflict) => conflict.columns(['team_id', 'user_id']).doNothing())
    .execute();
}

/** Gives a member another role. Throws ServiceError: `not-found`, `forbidden`, `conflict` for the last owner. */
export async function changeRole(
  db: Database,
  change: { teamId: string; userId: string; role: Role; callerId: string },
): Promise<Member> {
  const { teamId, userId, role, callerId } = change;
  return db.transaction().execute(async (transaction) => {
    const { caller, target, owners } = await rolesOf(transaction, teamId, callerId, userId);
    refuse(roleChangeRefusal(caller, target, role, owners));
    await transaction
      .updateTable('members')
      .set({ role })
      .where('team_id', '=', teamId)
      .where('user_id', '=', userId)
      .execute();
    const { joined_at, ...row } = await memberRows(transaction, teamId)
      .where('members.user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return { ...row, joinedAt: joined_at.toISOString() };
  });
}

/**
 * Takes a member out, and the machines that person owns in the team with them: nobody else could see the private ones.
 * Resolves with what must be announced. Throws as `changeRole` does.
 */
export async function removeMember(
  db: Database,
  removal: { teamId: string; userId: string; callerId: string; now: Date },
): Promise<Announcement[]> {
  const { teamId, userId, callerId, now } = removal;
  return db.transaction().execute(async (transaction) => {
    const { caller, target, owners } = await rolesOf(transaction, teamId, callerId, userId);
    refuse(removalRefusal(caller, target, callerId === userId, owners));
    await transaction
      .deleteFrom('members')
      .where('team_id', '=', teamId)
      .where('user_id', '=', userId)
      .execute();
    const machineIds = await revokeMachinesOf(transaction, teamId, userId, now);
    return [
      { type: 'member-changed', teamId, userId } as const,
      ...machineIds.map((machineId) => ({ type: 'machine-revoked', machineId }) as const),
    ];
  });
}

function memberRows(db: Database, teamId: string) {
  return db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select(['users.id as userId', 'users.name', 'users.email', 'members.role', 'members.joined_at'])
    .where('members.team_id', '=', teamId);
}

/** Both roles and the number of owners, with the owners' rows locked: two owners cannot leave at the same moment. */
async function rolesOf(
  db: Database,
  teamId: string,
  callerId: string,
  targetId: string,
): Promise<{ caller: Role; target: Role; owners: number }> {
  const owners = await db
    .selectFrom('members')
    .select('user_id')
    .where('team_id', '=', teamId)
    .where('role', '=', 'owner')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  const caller = await roleIn(db, teamId, callerId);
  if (!caller) throw new ServiceError('not-found', 'no such team among yours');
  const target = await roleIn(db, teamId, targetId);
  if (!target) throw new ServiceError('not-found', 'no such member in this team');
  return { caller, target, owners: owners.length };
}

function refuse(refusal: MemberRefusal | null): void {
  if (refusal === 'forbidden')
    throw new ServiceError('forbidden', 'your role does not allow to change this member');
  if (refusal === 'last-owner') {
    throw new ServiceError('conflict', 'a team keeps at least one owner: make somebody else an owner first');
  }
}
