/** Machines as people see them: rows, presence and rights together. */
import { ServiceError, type Presence } from '@spectral/common';
import type { FleetPart, Machine, Role, Visibility } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { roleIn } from '../teams/teams.ts';
import { managesMachine, ownerAfter, seesMachine, type Viewer } from './visibility.ts';

/** The machines a person sees in all their teams, by team and name. */
export async function machinesVisibleTo(
  db: Database,
  presence: Presence,
  userId: string,
  now: Date,
): Promise<Machine[]> {
  const rows = await machineRows(db)
    .innerJoin('members', 'members.team_id', 'machines.team_id')
    .select('members.role')
    .where('members.user_id', '=', userId)
    .where('machines.revoked_at', 'is', null)
    .orderBy('teams.name')
    .orderBy('machines.name')
    .execute();
  const visible = rows.filter((row) => seesMachine(row, { userId, role: row.role }));
  const seen = await presenceOf(
    presence,
    visible.map(({ id }) => id),
  );
  return visible.map((row) => asMachine(row, { userId, role: row.role }, seen, now));
}

/** The machines of a team that all members see, and the private ones of `ownerId`, by name. */
export async function machinesOfTeam(
  db: Database,
  presence: Presence,
  { teamId, ownerId }: { teamId: string; ownerId: string | null },
  now: Date,
): Promise<Machine[]> {
  const rows = await machineRows(db)
    .where('machines.team_id', '=', teamId)
    .where('machines.revoked_at', 'is', null)
    .orderBy('machines.name')
    .execute();
  const visible = rows.filter(
    (row) => row.visibility === 'SHARED' || (ownerId !== null && row.ownerId === ownerId),
  );
  const seen = await presenceOf(
    presence,
    visible.map(({ id }) => id),
  );
  return visible.map((row) => asMachine(row, null, seen, now));
}

/** One machine as it sees itself, for its enrolment. Throws ServiceError `not-found`. */
export async function machineForItself(
  db: Database,
  presence: Presence,
  machineId: string,
  now: Date,
): Promise<Machine> {
  const row = await machineRows(db).where('machines.id', '=', machineId).executeTakeFirst();
  if (!row) throw new ServiceError('not-found', 'no such machine');
  return asMachine(row, null, await presenceOf(presence, [machineId]), now);
}

/** One machine as a person sees it. Throws ServiceError `not-found` when they do not. */
export async function machineSeenBy(
  db: Database,
  presence: Presence,
  machineId: string,
  userId: string,
  now: Date,
): Promise<Machine> {
  const { row, viewer } = await seenRow(db, machineId, userId);
  return asMachine(row, viewer, await presenceOf(presence, [machineId]), now);
}

/** One machine after a change by a person who, by that change, may have lost sight of it. */
export async function machineChangedBy(
  db: Database,
  presence: Presence,
  machineId: string,
  userId: string,
  now: Date,
): Promise<Machine> {
  const row = await machineRows(db).where('machines.id', '=', machineId).executeTakeFirstOrThrow();
  const viewer = { userId, role: await roleIn(db, row.teamId, userId) };
  return asMachine(row, viewer, await presenceOf(presence, [machineId]), now);
}

/** Throws ServiceError: `not-found` to who does not see the machine, `forbidden` to who does not manage it. */
export async function assertManages(db: Database, machineId: string, userId: string): Promise<void> {
  const { row, viewer } = await seenRow(db, machineId, userId);
  if (managesMachine(row, viewer)) return;
  throw new ServiceError(
    'forbidden',
    'only the owner of a machine, and owners and admins of its team, may do this',
  );
}

/** Changes who sees a machine; who makes an ownerless one private becomes its owner. Throws as `assertManages`. */
export async function setVisibility(
  db: Database,
  machineId: string,
  userId: string,
  next: Visibility,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.selectFrom('machines').select('id').where('id', '=', machineId).forUpdate().execute();
    await assertManages(transaction, machineId, userId);
    const { row } = await seenRow(transaction, machineId, userId);
    await transaction
      .updateTable('machines')
      .set({ visibility: next, owner_id: ownerAfter(row, next, userId) })
      .where('id', '=', machineId)
      .execute();
  });
}

/** Notes that a machine was seen at `at`; earlier times have no effect. */
export async function noteSeen(db: Database, machineId: string, at: Date): Promise<void> {
  await db
    .updateTable('machines')
    .set({ last_seen_at: at })
    .where('id', '=', machineId)
    .where((where) => where.or([where('last_seen_at', 'is', null), where('last_seen_at', '<', at)]))
    .execute();
}

function machineRows(db: Database) {
  return db
    .selectFrom('machines')
    .innerJoin('teams', 'teams.id', 'machines.team_id')
    .leftJoin('users as owners', 'owners.id', 'machines.owner_id')
    .leftJoin('fleet_machines as fleet', 'fleet.machine_id', 'machines.id')
    .select([
      'machines.id',
      'machines.name',
      'machines.hostname',
      'machines.version',
      'machines.pid',
      'machines.visibility',
      'machines.last_seen_at',
      'machines.owner_id as ownerId',
      'owners.name as ownerName',
      'teams.id as teamId',
      'teams.name as teamName',
      'fleet.pool',
      'fleet.phase',
      'fleet.reason',
      'fleet.message',
    ]);
}

type MachineRow = Awaited<ReturnType<ReturnType<typeof machineRows>['executeTakeFirstOrThrow']>>;

async function seenRow(
  db: Database,
  machineId: string,
  userId: string,
): Promise<{ row: MachineRow; viewer: { userId: string; role: Role } }> {
  const row = await machineRows(db)
    .innerJoin('members', 'members.team_id', 'machines.team_id')
    .select('members.role')
    .where('members.user_id', '=', userId)
    .where('machines.id', '=', machineId)
    .where('machines.revoked_at', 'is', null)
    .executeTakeFirst();
  const viewer = row && { userId, role: row.role };
  if (!row || !viewer || !seesMachine(row, viewer))
    throw new ServiceError('not-found', 'no such machine among yours');
  return { row, viewer };
}

interface Seen {
  readonly holders: Awaited<ReturnType<Presence['find']>>;
  readonly lastSeen: Map<string, number>;
}

async function presenceOf(presence: Presence, ids: readonly string[]): Promise<Seen> {
  try {
    const [holders, lastSeen] = await Promise.all([presence.find(ids), presence.lastSeen(ids)]);
    return { holders, lastSeen };
  } catch (cause) {
    throw new ServiceError('unavailable', 'it cannot be told at the moment which machines are online', {
      cause,
    });
  }
}

function asMachine(row: MachineRow, viewer: Viewer | null, seen: Seen, now: Date): Machine {
  const holder = seen.holders.get(row.id);
  const lastSeen = holder
    ? now.getTime()
    : Math.max(row.last_seen_at?.getTime() ?? 0, seen.lastSeen.get(row.id) ?? 0);
  return {
    id: row.id,
    name: row.name,
    hostname: row.hostname,
    version: row.version,
    online: holder !== undefined,
    lastSeenAt: lastSeen > 0 ? new Date(lastSeen).toISOString() : null,
    pid: holder ? row.pid : null,
    visibility: row.visibility,
    team: { id: row.teamId, name: row.teamName },
    owner: row.ownerId === null ? null : { id: row.ownerId, name: row.ownerName ?? '' },
    canManage: viewer !== null && managesMachine(row, viewer),
    fleet: fleetPartOf(row),
  };
}

function fleetPartOf({ pool, phase, reason, message }: MachineRow): FleetPart | null {
  if (pool === null || phase === null) return null;
  return { pool, phase, reason: reason ?? '', message: message ?? '' };
}
