/**
 * `spectral login --oauth` on a machine without a browser: the command shows a short code, the person types it on the
 * page, the command asks until it is approved (after RFC 8628).
 */
import { randomInt } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { DeviceStart, UserToken } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { issueUserToken } from '../people/user-tokens.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

export const DEVICE_LIFE_MS = 10 * 60_000;
/** The command asks no more often than this. */
export const DEVICE_POLL_MS = 5_000;
/** Clocks and networks vary; asking this much early is forgiven. */
const POLL_TOLERANCE_MS = 500;
/** Consonants that nobody mistakes for another; no vowels, so no words. 20^8 codes for ten minutes each. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';

/** Begins a device login for the command on `host`. */
export async function startDevice(
  db: Database,
  host: string,
  publicUrl: string,
  now: Date,
): Promise<DeviceStart> {
  const [deviceCode, userCode] = [newSecret(), newUserCode()];
  const expires_at = new Date(now.getTime() + DEVICE_LIFE_MS);
  await db.deleteFrom('device_requests').where('expires_at', '<', now).execute();
  await db
    .insertInto('device_requests')
    .values({ device_hash: hashSecret(deviceCode), user_code: userCode, host, expires_at })
    .execute();
  return {
    deviceCode,
    userCode,
    verificationUrl: `${publicUrl}/cli-auth`,
    intervalSeconds: DEVICE_POLL_MS / 1000,
    expiresInSeconds: DEVICE_LIFE_MS / 1000,
  };
}

/** Approves the request with that code in the person's name. Throws ServiceError `not-found`. */
export async function approveDevice(db: Database, typed: string, userId: string, now: Date): Promise<void> {
  const row = await db
    .updateTable('device_requests')
    .set({ approved_by: userId })
    .where('user_code', '=', asUserCode(typed))
    .where('approved_by', 'is', null)
    .where('expires_at', '>', now)
    .returning('host')
    .executeTakeFirst();
  if (!row)
    throw new ServiceError(
      'not-found',
      'no login waits for this code: check it, or start again on the machine',
    );
}

/**
 * The token of an approved request, once. Throws ServiceError: `authorization-pending` until then, `rate-limited` when
 * asked too often, `gone` for an unknown, expired or used request.
 */
export async function redeemDevice(db: Database, deviceCode: string, now: Date): Promise<UserToken> {
  const hash = hashSecret(deviceCode);
  const waiting = await db
    .selectFrom('device_requests')
    .select(['approved_by', 'polled_at', 'host'])
    .where('device_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (!waiting) throw gone();
  await db.updateTable('device_requests').set({ polled_at: now }).where('device_hash', '=', hash).execute();
  assertSlow(waiting.polled_at, now);
  if (waiting.approved_by === null) {
    throw new ServiceError('authorization-pending', 'nobody has approved this login yet: ask again');
  }
  return useUp(db, hash, waiting.host, now);
}

async function useUp(db: Database, hash: string, host: string, now: Date): Promise<UserToken> {
  const user = await db
    .updateTable('device_requests')
    .from('users')
    .set({ used_at: now })
    .whereRef('users.id', '=', 'device_requests.approved_by')
    .where('device_hash', '=', hash)
    .where('used_at', 'is', null)
    .returning(['users.id', 'users.name', 'users.email'])
    .executeTakeFirst();
  if (!user) throw gone();
  return issueUserToken(db, user, host, now);
}

function assertSlow(polledAt: Date | null, now: Date): void {
  if (!polledAt || now.getTime() - polledAt.getTime() >= DEVICE_POLL_MS - POLL_TOLERANCE_MS) return;
  const retryAfterSeconds = DEVICE_POLL_MS / 1000;
  throw new ServiceError('rate-limited', `ask at most every ${retryAfterSeconds} s`, {
    details: { retryAfterSeconds },
  });
}

function newUserCode(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return asUserCode(letters);
}

/** People type codes in lower case, without the dash, with spaces. */
function asUserCode(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function gone(): ServiceError {
  return new ServiceError('gone', 'this login was used or has expired: run `spectral login --oauth` again');
}
