/** Which endings are for good: what the client makes of a close code, and of a ticket it did not get. Pure. */
import { CLOSE, closeReasonOf } from '../wire/index.ts';
import { GatewayError } from './errors.ts';
import type { EndReason } from './connection-state.ts';

/** The reason to give up after a link ended with this code; null: connect again with a new ticket. */
export function endReasonOfCode(code: number | null): EndReason | null {
  const close = code === null ? null : closeReasonOf(code);
  if (close?.code === CLOSE.forbidden.code) return 'forbidden';
  return close?.reaction === 'exit' ? 'machine-revoked' : null;
}

/** The reason to give up after `getTicket` failed; null: the gateway may answer better later. */
export function endReasonOfTicket(error: unknown): EndReason | null {
  if (!(error instanceof GatewayError)) return null;
  if (error.status === 401) return 'signed-out';
  if (error.status === 403) return 'forbidden';
  return error.status === 404 || error.status === 410 ? 'machine-revoked' : null;
}
