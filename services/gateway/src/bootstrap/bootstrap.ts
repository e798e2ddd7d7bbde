/** The first run: a team, its owner, a key to enrol machines with and a link to sign in with. */
import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import { mintLoginLink } from '../people/login-links.ts';
import { addUser } from '../people/people.ts';
import { createTeamKey } from '../teams/team-keys.ts';
import { createTeam } from '../teams/teams.ts';

export interface FirstRun {
  readonly team: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string };
  /** Shown once, stored nowhere. */
  readonly teamKey: string;
  /** One-time login link of the owner. */
  readonly loginLink: string;
}

/** Any number that no other lock of this database has. */
const BOOTSTRAP_LOCK = 0x5bec7a3;

/** Until the owner chooses their own address. The domain is reserved and never receives mail (RFC 2606). */
export const FIRST_OWNER = { name: 'Owner', email: 'owner@spectral.example' } as const;

/** Makes them in an empty database. Null when there are people already; of several processes one does it. */
export async function bootstrap(
  db: Database,
  options: { publicUrl: string; now: Date },
): Promise<FirstRun | null> {
  const { publicUrl, now } = options;
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(BOOTSTRAP_LOCK)})`.execute(transaction);
    const somebody = await transaction.selectFrom('users').select('id').limit(1).executeTakeFirst();
    if (somebody) return null;
    const owner = await addUser(transaction, { ...FIRST_OWNER, passwordHash: null }, now);
    const team = await createTeam(transaction, 'Team', owner.id, now);
    const { secret: teamKey } = await createTeamKey(
      transaction,
      { teamId: team.id, name: 'First key', createdBy: null },
      now,
    );
    const loginLink = await mintLoginLink(transaction, { userId: owner.id, publicUrl, now });
    return {
      team: { id: team.id, name: team.name },
      owner: { id: owner.id, email: owner.email },
      teamKey,
      loginLink,
    };
  });
}

/** A fresh login link for the first owner, for whoever starts the process and so holds the database. */
export async function mintOwnerLink(
  db: Database,
  options: { publicUrl: string; now: Date },
): Promise<string> {
  const { userId } = await firstOwner(db);
  return mintLoginLink(db, { ...options, userId });
}

/** A further key of the first owner's team, for the same reader: the secret, shown once. */
export async function mintOwnerKey(db: Database, options: { name: string; now: Date }): Promise<string> {
  const { userId, teamId } = await firstOwner(db);
  const { secret } = await createTeamKey(db, { teamId, name: options.name, createdBy: userId }, options.now);
  return secret;
}

async function firstOwner(db: Database): Promise<{ userId: string; teamId: string }> {
  const owner = await db
    .selectFrom('members')
    .select(['user_id', 'team_id'])
    .where('role', '=', 'owner')
    .orderBy('joined_at')
    .orderBy('user_id')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { userId: owner.user_id, teamId: owner.team_id };
}
