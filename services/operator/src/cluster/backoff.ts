/** Waits that double with each failure in a row, up to a cap. */

export interface Backoff {
  readonly firstMs: number;
  readonly capMs: number;
}

/** Milliseconds after `failures` failures in a row (1 is the first). */
export function exponentialMs({ firstMs, capMs }: Backoff, failures: number): number {
  return Math.min(capMs, firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 40));
}

/** The same with full jitter: anything up to it, so that many who failed together do not return together. */
export function jitteredMs(backoff: Backoff, failures: number, random: () => number): number {
  return Math.round(random() * exponentialMs(backoff, failures));
}
