/** Refusals that a plan should know of, instead of running into them again at once. */
import { isClusterError } from '../cluster/index.ts';
import { OutsideError } from '../outside/outside-error.ts';
import type { Obstacle, Reason } from '../plan/index.ts';

const SHORT_MS = 5_000;
const LONG_MS = 30_000;

/**
 * What stands in the way by this error; null for one that only asks to try again. `outside` is who was asked, should it
 * be an error from outside the cluster.
 */
export function obstacleOf(
  error: unknown,
  now: number,
  outside: 'gateway' | 'relay' = 'gateway',
): Obstacle | null {
  const found = refusalOf(error, outside);
  return found && { reason: found.reason, message: messageOf(error), until: now + found.waitMs };
}

function refusalOf(
  error: unknown,
  outside: 'gateway' | 'relay',
): { readonly reason: Reason; readonly waitMs: number } | null {
  if (error instanceof OutsideError) {
    const silent = outside === 'relay' ? 'RelayUnreachable' : 'GatewayUnreachable';
    if (error.code === 'unreachable') return { reason: silent, waitMs: SHORT_MS };
    if (error.code === 'refused') return { reason: 'TokenRejected', waitMs: LONG_MS };
    return null;
  }
  if (isClusterError(error, 'quota-exceeded')) return { reason: 'QuotaExceeded', waitMs: LONG_MS };
  if (isClusterError(error, 'namespace-terminating')) return { reason: 'NamespaceEnds', waitMs: LONG_MS };
  if (isClusterError(error, 'forbidden', 'invalid')) return { reason: 'NotAllowed', waitMs: LONG_MS };
  if (isClusterError(error, 'already-exists')) return { reason: 'NameTaken', waitMs: SHORT_MS };
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
