/** Conditions a caller can react to. Each has a stable code; `httpStatus` is the one table from code to status. */
import type { ErrorBody } from '@spectral/proto/wire';

const STATUS = {
  'bad-input': 400,
  unauthenticated: 401,
  forbidden: 403,
  'csrf-refused': 403,
  'not-found': 404,
  conflict: 409,
  'machine-name-taken': 409,
  'stale-fence': 409,
  gone: 410,
  'too-large': 413,
  'authorization-pending': 428,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
  'machine-offline': 503,
  'machine-timeout': 504,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** An error a person or program is told of. `message` says what was expected, what came and what to do. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  /** Further facts for the error body, such as `lastSeenAt`. Never secrets. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.details = options.details;
  }
}

/** HTTP status of a code. */
export function httpStatus(code: ErrorCode): number {
  return STATUS[code];
}

/** Status and body for any thrown value. Unforeseen ones become a bare 500: what they say is for the log alone. */
export function errorAnswer(error: unknown): { status: number; body: ErrorBody } {
  if (error instanceof ServiceError) {
    const { code, message, details } = error;
    return {
      status: STATUS[code],
      body: { error: { code, message, ...(details ? { details: { ...details } } : {}) } },
    };
  }
  if (isBadInput(error)) {
    const details = error.field ? { details: { field: error.field } } : {};
    return { status: 400, body: { error: { code: 'bad-input', message: error.message, ...details } } };
  }
  return {
    status: 500,
    body: {
      error: { code: 'internal', message: 'Something failed here. The log of the service has the cause.' },
    },
  };
}

function isBadInput(error: unknown): error is Error & { field: string } {
  return error instanceof Error && 'code' in error && error.code === 'bad-input' && 'field' in error;
}
