/**
 * Secrets of others that must be had in clear again (provider keys, signing keys) lie in the database sealed with the
 * master key: AES-256-GCM, a fresh nonce each time, bound to the name of the thing they belong to.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Length of a master key. */
export const MASTER_KEY_BYTES = 32;

export interface Sealer {
  /** `name` says what it is for, such as `user-model:<id>`; opening needs the same. */
  seal(text: string, name: string): string;
  /** Throws CannotOpen when the text was changed, has another name, or was sealed with another key. */
  open(sealed: string, name: string): string;
}

/** A sealed secret does not open: the usual reason is another master key than the one it was sealed with. */
export class CannotOpen extends Error {
  readonly code = 'cannot-open';
  constructor(name: string, cause?: unknown) {
    super(`the stored secret ${name} does not open: is SPECTRAL_MASTER_KEY the one it was sealed with?`, {
      cause,
    });
    this.name = 'CannotOpen';
  }
}

/** A sealer for a key of MASTER_KEY_BYTES. */
export function createSealer(masterKey: Uint8Array): Sealer {
  return {
    seal(text, name) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(sealed, name) {
      const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64url');
      if (!sealed.startsWith(`${VERSION}.`) || bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new CannotOpen(name);
      try {
        const opener = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(name))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([opener.update(body), opener.final()]).toString('utf8');
      } catch (cause) {
        throw new CannotOpen(name, cause);
      }
    },
  };
}
