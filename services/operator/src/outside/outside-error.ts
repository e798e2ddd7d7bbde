/** A call to the gateway or to the relay that did not do what it was made for. */

export type OutsideErrorCode =
  /** No answer in time, or a server error: nobody knows whether the call had effect. Try again later. */
  | 'unreachable'
  /** A newer leader of the operator has spoken (409 `stale-fence`). */
  | 'stale-fence'
  /** Answered and declined; `message` says why, for a person. */
  | 'refused';

export class OutsideError extends Error {
  readonly code: OutsideErrorCode;
  constructor(code: OutsideErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OutsideError';
    this.code = code;
  }
}
