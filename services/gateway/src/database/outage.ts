/** Telling an outage of the database from a fault of a query. */

/** What Node and Postgres call a connection that is not there: refused, reset, server stopping or starting up. */
const OUTAGE_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08006',
  '53300',
];

/** Faults of the `pg` package itself, which carry no code. */
const OUTAGE_MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
];

/** Whether the database could not be reached, so that the caller should try again. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return OUTAGE_CODES.includes(error.code);
  return OUTAGE_MESSAGES.some((message) => error.message.startsWith(message));
}
