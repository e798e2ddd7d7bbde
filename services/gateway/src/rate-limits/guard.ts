/** The limits of the gateway's doors, and their refusal. */
import { ServiceError } from '@spectral/common';
import type { Limit, RateLimit } from './rate-limit.ts';

const MINUTE_MS = 60_000;

/** Wrong guesses of a secret, by the address they come from. */
export const GUESSES_PER_ADDRESS: Limit = { attempts: 30, windowMs: 5 * MINUTE_MS };
/** Wrong passwords for one account, from anywhere. */
export const GUESSES_PER_EMAIL: Limit = { attempts: 10, windowMs: 15 * MINUTE_MS };
/** Device logins that one address may begin. */
export const DEVICE_STARTS: Limit = { attempts: 20, windowMs: 10 * MINUTE_MS };
/** Machines of a fleet that one person may wake. */
export const WAKES_PER_PERSON: Limit = { attempts: 60, windowMs: 5 * MINUTE_MS };

/**
 * Counts an attempt. Throws ServiceError: `rate-limited` with `retryAfterSeconds` when there were too many, and
 * `unavailable` when nobody can tell, since a door that stands open whenever Redis is away would be no door.
 */
export async function guard(limits: RateLimit, key: string, limit: Limit): Promise<void> {
  const waitMs = await count(limits, key, limit);
  if (waitMs > 0) throw tooMany(waitMs);
}

async function count(limits: RateLimit, key: string, limit: Limit): Promise<number> {
  try {
    return await limits.attempt(key, limit);
  } catch (cause) {
    throw new ServiceError('unavailable', 'attempts cannot be counted at the moment: try again shortly', {
      cause,
    });
  }
}

function tooMany(waitMs: number): ServiceError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new ServiceError('rate-limited', `too many attempts: try again in ${inWords(retryAfterSeconds)}`, {
    details: { retryAfterSeconds },
  });
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
