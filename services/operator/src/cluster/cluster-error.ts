/** The conditions a caller of a Cluster can react to, each with a stable code. */

export type ClusterErrorCode =
  /** No such object, or no such kind: its CRD is not installed. */
  | 'not-found'
  /** Another version than the one asked for, or fields another manager owns (`owners`). */
  | 'conflict'
  | 'already-exists'
  /** The version or the page asked for is forgotten: list again. */
  | 'gone'
  /** Our rights do not reach. */
  | 'forbidden'
  /** A ResourceQuota or LimitRange is in the way. */
  | 'quota-exceeded'
  /** Nothing is created there any more. */
  | 'namespace-terminating'
  /** The object breaks its schema or a rule. */
  | 'invalid'
  /** `retryAfterMs` says when to come back, if the server said it. Also a refused eviction. */
  | 'too-many-requests'
  /** No answer, or one from which nobody knows whether the call had effect. */
  | 'unreachable'
  /** Not ours to do: this process does not lead, or can no longer know that it does. */
  | 'not-leading';

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  /** Milliseconds the server asked us to wait; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** Managers that own the fields in a conflict of server-side apply. */
  readonly owners: readonly string[];
  constructor(
    code: ClusterErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null; owners?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ClusterError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.owners = options.owners ?? [];
  }
}

/** Whether `error` is a ClusterError with one of these codes. */
export function isClusterError(error: unknown, ...codes: ClusterErrorCode[]): error is ClusterError {
  return error instanceof ClusterError && codes.includes(error.code);
}
