/** Why a machine or a browser is not let in: as HTTP on an upgrade, as a close reason in a Socket.IO refusal. */
import { ServiceError } from '@spectral/common';
import type { Fall } from '@spectral/common';
import { CLOSE, type CloseReason, type ErrorBody } from '@spectral/proto/wire';

export class AdmissionRefused extends Error {
  readonly status: number;
  readonly reason: CloseReason;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  constructor(status: number, reason: CloseReason, message: string, details?: Record<string, unknown>) {
    super(message);
    this.name = 'AdmissionRefused';
    this.status = status;
    this.reason = reason;
    this.details = details;
  }

  get body(): ErrorBody {
    const details = this.details ? { details: { ...this.details } } : {};
    return { error: { code: this.reason.reason, message: this.message, ...details } };
  }
}

/** A token or ticket that is none, or no more. */
export function badToken(message: string): AdmissionRefused {
  return new AdmissionRefused(401, CLOSE.tokenExpired, message);
}

/** This pod takes nobody any more. */
export function drainingRefusal(): AdmissionRefused {
  return new AdmissionRefused(
    503,
    CLOSE.draining,
    'This relay is going away; connect again to reach another.',
  );
}

/** Any failure while admitting, as a refusal. What is not the peer's fault is 503: it shall come again. */
export function refusalOf(error: unknown): AdmissionRefused {
  if (error instanceof AdmissionRefused) return error;
  if (error instanceof ServiceError && error.code === 'unauthenticated') return badToken(error.message);
  if (error instanceof Error && 'code' in error && error.code === 'bad-input') return badToken(error.message);
  return new AdmissionRefused(
    503,
    CLOSE.unavailable,
    'The relay cannot check this connection now; try again.',
  );
}

/** Only what is not the peer's own fault is worth a stack in the log. */
export function causeToLog(error: unknown, refusal: AdmissionRefused): unknown {
  return refusal.status === 503 && error !== refusal ? error : undefined;
}

/** What a fallen machine is told, at admission and on a live link alike. */
export const MACHINE_FALL: Readonly<Record<Fall, CloseReason>> = {
  revoked: CLOSE.machineRevoked,
  newer: CLOSE.replaced,
  'key-ended': CLOSE.tokenExpired,
  'login-ended': CLOSE.tokenExpired,
  forbidden: CLOSE.tokenExpired,
  unknown: CLOSE.tokenExpired,
};

/** What a person is told who may not (any more) use this machine. */
export const PERSON_FALL: Readonly<Record<Fall, CloseReason>> = {
  revoked: CLOSE.machineRevoked,
  newer: CLOSE.forbidden,
  'key-ended': CLOSE.forbidden,
  'login-ended': CLOSE.forbidden,
  forbidden: CLOSE.forbidden,
  unknown: CLOSE.forbidden,
};

/** One sentence for a person, per reason. */
export const FALL_MESSAGE: Readonly<Record<Fall, string>> = {
  revoked: 'This machine was revoked.',
  newer: 'A newer registration of this machine took over.',
  'key-ended': 'The team key of this machine was rotated or revoked; log in again with the new one.',
  'login-ended': 'The login behind this connection has ended; sign in again.',
  forbidden: 'You may not use this machine (any more).',
  unknown: 'This machine or person is not known (any more); log in again.',
};
