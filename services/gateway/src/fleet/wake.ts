/** Waking a machine of a fleet: a person's wish, which the operator finds and fulfils. */
import { ServiceError } from '@spectral/common';
import type { FleetPhase } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';

/** What a wish to wake does in each phase. */
export function wakeOutcome(phase: FleetPhase): 'noted' | 'not-needed' | 'impossible' {
  switch (phase) {
    // One that drains may be on its way to sleep.
    case 'draining':
    case 'asleep':
      return 'noted';
    case 'pending':
    case 'starting':
    case 'waking':
    case 'ready':
      return 'not-needed';
    case 'failed':
    case 'ending':
      return 'impossible';
  }
}

/** Notes the wish; the first one counts. Throws ServiceError `conflict` for a machine that cannot be woken. */
export async function wakeMachine(db: Database, machineId: string, now: Date): Promise<void> {
  const found = await db
    .selectFrom('fleet_machines')
    .select(['phase', 'reason', 'message'])
    .where('machine_id', '=', machineId)
    .executeTakeFirst();
  if (!found) {
    throw new ServiceError(
      'conflict',
      'this machine is run by hand: start "spectral serve" there to have it back',
    );
  }
  const outcome = wakeOutcome(found.phase);
  if (outcome === 'impossible') throw cannotWake(found);
  if (outcome === 'not-needed') return;
  await db
    .updateTable('fleet_machines')
    .set((row) => ({ wake_requested_at: row.fn.coalesce('wake_requested_at', row.val(now)) }))
    .where('machine_id', '=', machineId)
    .execute();
}

function cannotWake({ phase, reason, message }: { phase: FleetPhase; reason: string; message: string }) {
  const why = phase === 'ending' ? 'it is being taken down' : message || 'it has failed';
  return new ServiceError('conflict', `this machine cannot be woken: ${why}`, { details: { phase, reason } });
}
