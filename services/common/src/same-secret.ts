/** Comparing secrets. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its duration how much was right. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(given).digest(),
    createHash('sha256').update(expected).digest(),
  );
}
