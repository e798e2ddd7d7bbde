/** Who may call `/v1`: a machine, by its token. What admission throws is put into words that steer agents rightly. */
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '@spectral/common';
import { Refusal } from './refusal.ts';

/** A machine whose token was found good. */
export interface InferenceCaller {
  readonly machineId: string;
  readonly teamId: string;
  /** The team key it was enrolled with; null for a personal login. */
  readonly keyId: string | null;
}

/** Admits a machine by its headers. Throws ServiceError, with `details.reason` when the token is good but has fallen. */
export type AdmitMachine = (request: {
  method: string;
  headers: IncomingHttpHeaders;
}) => Promise<InferenceCaller>;

/** What to tell a caller whom admission turned away. Null for troubles of our own. */
export function admissionRefusal(error: unknown): Refusal | null {
  if (!(error instanceof ServiceError) || error.code !== 'unauthenticated') return null;
  if (hasFallen(error)) return new Refusal('machine-revoked', `machine revoked: ${error.message}.`);
  return new Refusal('bad-token', `invalid machine token: ${error.message}.`);
}

/** Whether a machine that was admitted before still stands. Only a clear verdict counts: a failed question does not. */
export async function stillStands(admit: () => Promise<unknown>): Promise<boolean> {
  try {
    await admit();
    return true;
  } catch (error) {
    return !hasFallen(error);
  }
}

function hasFallen(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    error.code === 'unauthenticated' &&
    error.details?.['reason'] !== undefined
  );
}
