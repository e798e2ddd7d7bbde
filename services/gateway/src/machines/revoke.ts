/** Revoking machines: their tokens are dead, their names are free. The rows stay for the usage ledger. */
import type { Database } from '../database/index.ts';

/** Revokes one machine. False when it was revoked before or never was. */
export async function revokeMachine(db: Database, machineId: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable('machines')
    .set({ revoked_at: now })
    .where('id', '=', machineId)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Revokes every machine a person owns in a team, and resolves with their ids. */
export async function revokeMachinesOf(
  db: Database,
  teamId: string,
  ownerId: string,
  now: Date,
): Promise<string[]> {
  const rows = await db
    .updateTable('machines')
    .set({ revoked_at: now })
    .where('team_id', '=', teamId)
    .where('owner_id', '=', ownerId)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}
