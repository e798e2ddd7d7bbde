/**
 * Whether machines and people still stand: revoked, replaced, key ended, no longer visible. The database is the judge;
 * relays ask for many at once, the gateway itself for one at a time (standing-cache.ts).
 */
import type { Fall, StandingAnswer, StandingQuestion } from '@spectral/common';
import type { Role, Visibility } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { livingLogins } from '../people/logins.ts';
import { isUuid } from '../http/ids.ts';
import { seesMachine } from './visibility.ts';

type MachineQuestion = StandingQuestion['machines'][number];
type PersonQuestion = StandingQuestion['people'][number];

/** What is known of a machine; `keyId` is what it registered with last. */
export interface MachineFacts {
  readonly id: string;
  readonly name: string;
  readonly teamId: string;
  readonly ownerId: string | null;
  readonly visibility: Visibility;
  readonly hostname: string;
  readonly registration: number;
  readonly revoked: boolean;
}

/** Verdicts in the order of the question. */
export async function standing(db: Database, question: StandingQuestion, now: Date): Promise<StandingAnswer> {
  const machineIds = [...question.machines, ...question.people].map(({ machineId }) => machineId);
  const machines = await machineFacts(db, machineIds);
  const keys = await livingKeys(
    db,
    question.machines.flatMap(({ keyId }) => keyId ?? []),
  );
  const logins = await livingLogins(db, question.people.map(({ loginId }) => loginId).filter(isUuid), now);
  const roles = await rolesIn(
    db,
    question.people.map(({ userId }) => userId),
  );

  return {
    machines: question.machines.map((asked) => {
      const facts = machines.get(asked.machineId);
      const reason = machineFall(asked, facts, keys);
      if (reason === null) return null;
      return reason === 'newer' && facts ? { reason, newerHost: facts.hostname } : { reason };
    }),
    people: question.people.map((asked) => {
      const facts = machines.get(asked.machineId);
      const role = facts ? (roles.get(`${facts.teamId} ${asked.userId}`) ?? null) : null;
      const reason = personFall(asked, facts, role, logins);
      return reason === null ? null : { reason };
    }),
  };
}

/** Facts of machines by id; unknown ones are absent. */
export async function machineFacts(db: Database, ids: readonly string[]): Promise<Map<string, MachineFacts>> {
  const known = [...new Set(ids)].filter(isUuid);
  if (known.length === 0) return new Map();
  const rows = await db
    .selectFrom('machines')
    .select(['id', 'name', 'team_id', 'owner_id', 'visibility', 'hostname', 'registration', 'revoked_at'])
    .where('id', 'in', known)
    .execute();
  return new Map(
    rows.map(({ team_id: teamId, owner_id: ownerId, revoked_at, ...row }) => [
      row.id,
      { ...row, teamId, ownerId, revoked: revoked_at !== null },
    ]),
  );
}

/** Ids among those given of team keys that live. */
export async function livingKeys(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const known = [...new Set(ids)].filter(isUuid);
  if (known.length === 0) return new Set();
  const rows = await db
    .selectFrom('team_keys')
    .select('id')
    .where('id', 'in', known)
    .where('ended_at', 'is', null)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Why a machine token no longer counts, or null. */
export function machineFall(
  asked: MachineQuestion,
  facts: MachineFacts | undefined,
  keys: ReadonlySet<string>,
): Fall | null {
  if (!facts) return 'unknown';
  if (facts.revoked) return 'revoked';
  if (facts.registration !== asked.registration) return 'newer';
  return asked.keyId !== null && !keys.has(asked.keyId) ? 'key-ended' : null;
}

/** Why a person may no longer be connected to a machine, or null. */
function personFall(
  asked: PersonQuestion,
  facts: MachineFacts | undefined,
  role: Role | null,
  logins: ReadonlyMap<string, string>,
): Fall | null {
  if (logins.get(asked.loginId) !== asked.userId) return 'login-ended';
  if (!facts) return 'unknown';
  if (facts.revoked) return 'revoked';
  return seesMachine(facts, { userId: asked.userId, role }) ? null : 'forbidden';
}

/** Roles of people in all their teams, by `<team id> <user id>`. */
async function rolesIn(db: Database, userIds: readonly string[]): Promise<Map<string, Role>> {
  const known = [...new Set(userIds)].filter(isUuid);
  if (known.length === 0) return new Map();
  const rows = await db
    .selectFrom('members')
    .select(['team_id', 'user_id', 'role'])
    .where('user_id', 'in', known)
    .execute();
  return new Map(rows.map(({ team_id, user_id, role }) => [`${team_id} ${user_id}`, role]));
}
