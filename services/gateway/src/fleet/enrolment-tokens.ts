/**
 * Enrolment tokens: each is of one machine of a fleet, lives for minutes and works once. Only a hash is stored. Whoever
 * used one may repeat the trade with the same attempt, so that an answer lost on its way does not lose the machine.
 */
import { ServiceError } from '@spectral/common';
import { ENROLMENT_TOKEN_LIFE_MS, ENROLMENT_TOKEN_PREFIX } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

export interface IssuedToken {
  /** Shown once. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** A token for the machine; those it had and nobody used end. */
export async function issueEnrolmentToken(db: Database, machineId: string, now: Date): Promise<IssuedToken> {
  await endEnrolmentTokens(db, machineId, now);
  const token = newSecret(ENROLMENT_TOKEN_PREFIX);
  const expiresAt = new Date(now.getTime() + ENROLMENT_TOKEN_LIFE_MS);
  await db
    .insertInto('enrolment_tokens')
    .values({
      token_hash: hashSecret(token),
      machine_id: machineId,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute();
  return { token, expiresAt };
}

/** Tokens that nobody used work no more, and no trade can be repeated. */
export async function endEnrolmentTokens(db: Database, machineId: string, now: Date): Promise<void> {
  await db
    .updateTable('enrolment_tokens')
    .set({ ended_at: now })
    .where('machine_id', '=', machineId)
    .where('ended_at', 'is', null)
    .execute();
}

/**
 * Uses a token up: of several callers at once one succeeds. `repeated`: this attempt has used it before. Throws
 * ServiceError `unauthenticated`, whose `details.reason` says why.
 */
export async function useEnrolmentToken(
  db: Database,
  { token, attempt }: { token: string; attempt: string | null },
  now: Date,
): Promise<{ machineId: string; repeated: boolean }> {
  const hash = hashSecret(token);
  const usedWith = attempt === null ? null : hashSecret(attempt);
  const used = await db
    .updateTable('enrolment_tokens')
    .set({ used_at: now, used_with: usedWith })
    .where('token_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('machine_id')
    .executeTakeFirst();
  if (used) return { machineId: used.machine_id, repeated: false };
  const row = await db
    .selectFrom('enrolment_tokens')
    .selectAll()
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  const refusal = refusalOf(row, usedWith, now);
  if (row && refusal === null) return { machineId: row.machine_id, repeated: true };
  throw refused(refusal ?? 'unknown');
}

type Refusal = 'enrolment-used' | 'enrolment-expired' | 'enrolment-ended' | 'unknown';

/** Why a token is not taken, or null for the repetition of a trade. */
export function refusalOf(
  row:
    { expires_at: Date; used_at: Date | null; used_with: string | null; ended_at: Date | null } | undefined,
  usedWith: string | null,
  now: Date,
): Refusal | null {
  if (!row) return 'unknown';
  if (row.ended_at) return 'enrolment-ended';
  if (row.expires_at <= now) return 'enrolment-expired';
  return usedWith !== null && row.used_with === usedWith ? null : 'enrolment-used';
}

function refused(reason: Refusal): ServiceError {
  const why: Record<Refusal, string> = {
    'enrolment-used': 'this enrolment token was used already: each works once',
    'enrolment-expired': 'this enrolment token has expired: it lives for ten minutes',
    'enrolment-ended': 'a newer enrolment token of this machine took the place of this one',
    unknown: 'this enrolment token is unknown here',
  };
  return new ServiceError('unauthenticated', `${why[reason]}. The operator of the fleet gives a new one`, {
    details: { reason },
  });
}
