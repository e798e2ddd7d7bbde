/** The one table from what went wrong to what the asker is told. Never a stack. */
import { BadInput, type ErrorBody, type ResponsePayload } from '@spectral/proto/wire';
import { MachineDraining, NoSuchThing, NotNow } from '../live/live-errors.ts';
import { StoreUnavailable } from '../store/store-errors.ts';

export function answerOfError(error: unknown): ResponsePayload {
  if (error instanceof BadInput) {
    return answer(400, error.code, error.message, error.field === '' ? undefined : { field: error.field });
  }
  if (error instanceof NoSuchThing) return answer(404, error.code, error.message);
  if (error instanceof NotNow) return answer(409, error.code, error.message);
  if (error instanceof MachineDraining) return answer(503, error.code, error.message);
  if (error instanceof StoreUnavailable) return answer(500, error.code, error.message);
  return answer(500, 'machine-failed', 'the machine could not do this; its log says why');
}

/** Whether an error is a fault of ours, to be logged with its stack. */
export function isUnexpected(error: unknown): boolean {
  return ![BadInput, NoSuchThing, NotNow, MachineDraining, StoreUnavailable].some(
    (kind) => error instanceof kind,
  );
}

function answer(
  status: number,
  code: string,
  message: string,
  details?: Record<string, unknown>,
): ResponsePayload {
  const body: ErrorBody = { error: { code, message, ...(details ? { details } : {}) } };
  return { v: 1, status, body };
}
