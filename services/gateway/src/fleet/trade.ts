/** An enrolment token for an identity: the machine it was made for registers, under the name it was given. */
import { ServiceError, type Announcement } from '@spectral/common';
import type { Registration } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import type { RegisteredMachine } from '../machines/register.ts';
import { useEnrolmentToken } from './enrolment-tokens.ts';

/**
 * Resolves with the machine and what must be announced after the commit; nothing for a repeated trade. Throws
 * ServiceError `unauthenticated`, with nothing used up.
 */
export async function tradeEnrolmentToken(
  db: Database,
  token: string,
  {
    hostname,
    version,
    pid,
    attempt = null,
  }: Omit<Registration, 'attempt'> & { attempt?: string | null | undefined },
  now: Date,
): Promise<{ machine: RegisteredMachine; announcement: Announcement | null }> {
  return db.transaction().execute(async (transaction) => {
    const { machineId, repeated } = await useEnrolmentToken(transaction, { token, attempt }, now);
    const present = await transaction
      .selectFrom('machines')
      .select(['id', 'team_id as teamId', 'registration', 'hostname', 'revoked_at'])
      .where('id', '=', machineId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (present.revoked_at) throw revoked();
    const { id, teamId } = present;
    if (repeated) return { machine: { ...present, keyId: null }, announcement: null };
    const registration = present.registration + 1;
    await transaction
      .updateTable('machines')
      .set({ hostname, version, pid, registration, registered_at: now })
      .where('id', '=', id)
      .execute();
    await transaction
      .updateTable('fleet_machines')
      .set((row) => ({ enrolled_at: row.fn.coalesce('enrolled_at', row.val(now)) }))
      .where('machine_id', '=', id)
      .execute();
    return {
      machine: { id, teamId, keyId: null, registration, hostname },
      announcement: { type: 'machine-registered', machineId: id, registration, host: hostname },
    };
  });
}

function revoked(): ServiceError {
  return new ServiceError('unauthenticated', 'this machine was revoked', { details: { reason: 'revoked' } });
}
