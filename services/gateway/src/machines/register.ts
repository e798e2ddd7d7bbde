/** Registration of a machine: who it belongs to, and that the newest registration of a name counts. */
import { randomUUID } from 'node:crypto';
import { ServiceError, type Announcement } from '@spectral/common';
import type { Registration } from '@spectral/proto/wire';
import { sql, type Transaction } from 'kysely';
import type { Database, IdentityTables } from '../database/index.ts';
import { registrationOutcome, type Registrant } from './registration-rules.ts';

export interface RegisteredMachine {
  readonly id: string;
  readonly teamId: string;
  readonly keyId: string | null;
  readonly registration: number;
  readonly hostname: string;
}

/**
 * Registers `(teamId, name)`. Two at once for one name come out one after the other. Resolves with the machine and what
 * must be announced after the commit. Throws ServiceError `machine-name-taken`.
 */
export async function registerMachine(
  db: Database,
  request: {
    teamId: string;
    registrant: Pick<Registrant, 'userId' | 'keyId'>;
    registration: Registration;
    now: Date;
  },
): Promise<{ machine: RegisteredMachine; announcement: Announcement }> {
  const { teamId, registration } = request;
  const machine = await db.transaction().execute(async (transaction) => {
    await lockMachineName(transaction, teamId, registration.name);
    return register(transaction, request);
  });
  return {
    machine,
    announcement: {
      type: 'machine-registered',
      machineId: machine.id,
      registration: machine.registration,
      host: machine.hostname,
    },
  };
}

/** Keeps others from taking the name until the transaction ends: row locks cannot guard one that has no row yet. */
export async function lockMachineName(
  transaction: Transaction<IdentityTables>,
  teamId: string,
  name: string,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`machine ${teamId} ${name}`}, 0))`.execute(
    transaction,
  );
}

async function register(
  transaction: Transaction<IdentityTables>,
  request: {
    teamId: string;
    registrant: Pick<Registrant, 'userId' | 'keyId'>;
    registration: Registration;
    now: Date;
  },
): Promise<RegisteredMachine> {
  const { teamId, now, registration } = request;
  const { name, hostname, version, pid } = registration;
  const present = await transaction
    .selectFrom('machines')
    .leftJoin('fleet_machines', 'fleet_machines.machine_id', 'machines.id')
    .select(['id', 'visibility', 'owner_id as ownerId', 'key_id as keyId', 'hostname', 'registration'])
    .select('fleet_machines.pool')
    .where('team_id', '=', teamId)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (typeof present?.pool === 'string') throw nameTaken(name, 'a machine of a fleet');
  const outcome = registrationOutcome(present ?? null, { ...request.registrant, hostname });
  if (outcome === 'name-taken') throw nameTaken(name, 'another person’s private machine');

  const row = {
    hostname,
    version,
    pid,
    owner_id: outcome.ownerId,
    visibility: outcome.visibility,
    key_id: request.registrant.keyId,
    registration: (present?.registration ?? 0) + 1,
    registered_at: now,
  };
  const id = present?.id ?? randomUUID();
  if (present) await transaction.updateTable('machines').set(row).where('id', '=', id).execute();
  else
    await transaction
      .insertInto('machines')
      .values({ ...row, id, team_id: teamId, name })
      .execute();
  return { id, teamId, keyId: row.key_id, registration: row.registration, hostname };
}

function nameTaken(name: string, whose: string): ServiceError {
  return new ServiceError(
    'machine-name-taken',
    `the name ${JSON.stringify(name)} belongs to ${whose}: choose another with --machine-name`,
    { details: { name, advice: '--machine-name' } },
  );
}
