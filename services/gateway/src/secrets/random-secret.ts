/**
 * Secrets made by us: 256 random bits, so a plain SHA-256 is a safe thing to store and look up by. They are shown once
 * and never kept.
 */
import { createHash, randomBytes } from 'node:crypto';

/** `prefix` and 43 random base64url characters. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 of a secret in hexadecimal: what the database holds. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
