/** Machines of a fleet as their operator makes, describes and lists them. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { FleetMachine, FleetMachineState, FleetPhase, NewFleetMachine } from '@spectral/proto/wire';
import { sql, type Transaction } from 'kysely';
import type { Database, IdentityTables } from '../database/index.ts';
import { lockMachineName } from '../machines/register.ts';
import { issueEnrolmentToken, type IssuedToken } from './enrolment-tokens.ts';
import { memberOf, teamCalled } from '../teams/named.ts';

/** In these it is on its way to its people, or there: a wish to wake it is fulfilled. */
const AWAKE: readonly FleetPhase[] = ['pending', 'starting', 'waking', 'ready'];

/**
 * The machine of this uid, made when there is none, with a fresh enrolment token. Throws ServiceError: `gone` when a
 * person revoked it, `machine-name-taken`, `conflict` when it is of another team, `not-found` for no such team.
 */
export async function provideFleetMachine(
  db: Database,
  wanted: NewFleetMachine,
  now: Date,
): Promise<{ machineId: string } & IssuedToken> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`fleet ${wanted.uid}`}, 0))`.execute(
      transaction,
    );
    const teamId = await teamCalled(transaction, wanted.team);
    const machineId =
      (await knownMachine(transaction, wanted, teamId)) ??
      (await addMachine(transaction, wanted, { teamId, now }));
    return { machineId, ...(await issueEnrolmentToken(transaction, machineId, now)) };
  });
}

async function knownMachine(
  transaction: Transaction<IdentityTables>,
  { uid, pool }: NewFleetMachine,
  teamId: string,
): Promise<string | null> {
  const known = await fleetRows(transaction)
    .where('fleet_machines.uid', '=', uid)
    .select(['machines.team_id', 'machines.revoked_at'])
    .executeTakeFirst();
  if (!known) return null;
  if (known.revoked_at) throw new ServiceError('gone', 'a person revoked this machine: make another one');
  if (known.team_id !== teamId) {
    throw new ServiceError('conflict', 'this machine is of another team, and stays there: make another one');
  }
  await transaction
    .updateTable('fleet_machines')
    .set({ pool })
    .where('machine_id', '=', known.machineId)
    .execute();
  return known.machineId;
}

async function addMachine(
  transaction: Transaction<IdentityTables>,
  { uid, name, pool, visibility }: NewFleetMachine,
  { teamId, now }: { teamId: string; now: Date },
): Promise<string> {
  await lockMachineName(transaction, teamId, name);
  const namesake = await transaction
    .selectFrom('machines')
    .select('id')
    .where('team_id', '=', teamId)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (namesake) {
    const message = `the team has a machine called ${JSON.stringify(name)}: choose another name`;
    throw new ServiceError('machine-name-taken', message, { details: { name } });
  }
  const id = randomUUID();
  // What the host tells comes with its enrolment.
  const host = { hostname: '', version: '', pid: 0, registration: 0, registered_at: now };
  await transaction
    .insertInto('machines')
    .values({ id, team_id: teamId, name, visibility, ...host })
    .execute();
  await transaction
    .insertInto('fleet_machines')
    .values({ machine_id: id, uid, pool, phase: 'pending', reason: '', message: '', created_at: now })
    .execute();
  return id;
}

/** Those not revoked, by name. */
export async function fleetMachines(db: Database): Promise<FleetMachine[]> {
  const rows = await fleetRows(db)
    .select([
      'fleet_machines.uid',
      'fleet_machines.pool',
      'fleet_machines.phase',
      'fleet_machines.enrolled_at',
      'fleet_machines.wake_requested_at',
    ])
    .where('machines.revoked_at', 'is', null)
    .orderBy('machines.name')
    .execute();
  return rows.map(({ enrolled_at, wake_requested_at, ...row }) => ({
    ...row,
    enrolled: enrolled_at !== null,
    wakeRequestedAt: wake_requested_at?.toISOString() ?? null,
  }));
}

/**
 * Keeps what the operator tells. Resolves with whether the owner changed. Throws ServiceError `not-found` for a machine
 * that is none of a fleet, and for an owner who is not in its team.
 */
export async function describeFleetMachine(
  db: Database,
  machineId: string,
  { phase, reason, message, owner }: FleetMachineState,
): Promise<{ ownerChanged: boolean }> {
  return db.transaction().execute(async (transaction) => {
    const row = await fleetRows(transaction)
      .select(['machines.team_id', 'fleet_machines.claimed_by'])
      .where('machines.id', '=', machineId)
      .where('machines.revoked_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw noSuchMachine();
    const claimedBy = owner === null ? null : await memberOf(transaction, row.team_id, owner);
    await transaction
      .updateTable('fleet_machines')
      .set({
        phase,
        reason,
        message,
        claimed_by: claimedBy,
        ...(AWAKE.includes(phase) ? { wake_requested_at: null } : {}),
      })
      .where('machine_id', '=', machineId)
      .execute();
    if (claimedBy === row.claimed_by) return { ownerChanged: false };
    await transaction
      .updateTable('machines')
      .set({ owner_id: claimedBy })
      .where('id', '=', machineId)
      .execute();
    return { ownerChanged: true };
  });
}

/** Throws ServiceError `not-found` for a machine that is, and was, none of a fleet. */
export async function assertOfFleet(db: Database, machineId: string): Promise<void> {
  const row = await fleetRows(db).where('machines.id', '=', machineId).executeTakeFirst();
  if (!row) throw noSuchMachine();
}

function fleetRows(db: Database) {
  return db
    .selectFrom('fleet_machines')
    .innerJoin('machines', 'machines.id', 'fleet_machines.machine_id')
    .select('machines.id as machineId');
}

function noSuchMachine(): ServiceError {
  return new ServiceError('not-found', 'no such machine of a fleet');
}
