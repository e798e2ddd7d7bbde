/** Teams and people as an operator's objects name them: by id, or by what people call them. */
import { ServiceError } from '@spectral/common';
import type { Database } from '../database/index.ts';
import { isUuid } from '../http/ids.ts';

/** The id of a team, given its id or its name. Throws ServiceError: `not-found`, or `conflict` when several have the name. */
export async function teamCalled(db: Database, idOrName: string): Promise<string> {
  const rows = await db
    .selectFrom('teams')
    .select('id')
    .where(isUuid(idOrName) ? 'id' : 'name', '=', idOrName)
    .limit(2)
    .execute();
  const [team, another] = rows;
  if (!team) throw new ServiceError('not-found', `no team has the id or name ${JSON.stringify(idOrName)}`);
  if (another) {
    const message = `several teams are called ${JSON.stringify(idOrName)}: give the id of the one you mean`;
    throw new ServiceError('conflict', message);
  }
  return team.id;
}

/** The id of a member of the team, given their id or email address. Throws ServiceError `not-found`. */
export async function memberOf(db: Database, teamId: string, idOrEmail: string): Promise<string> {
  const row = await db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select('users.id')
    .where('members.team_id', '=', teamId)
    .where(
      isUuid(idOrEmail) ? 'users.id' : 'users.email',
      '=',
      isUuid(idOrEmail) ? idOrEmail : idOrEmail.trim().toLowerCase(),
    )
    .executeTakeFirst();
  if (row) return row.id;
  throw new ServiceError('not-found', `${JSON.stringify(idOrEmail)} is nobody in this machine’s team`);
}
