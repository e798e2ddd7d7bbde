/**
 * Password hashes: scrypt with its parameters stored beside the result, so that they can grow later and old hashes are
 * still checked (docs/decisions/0043-password-hashing.md).
 *
 *   scrypt$<N>$<r>$<p>$<salt base64url>$<hash base64url>
 */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

export interface ScryptCost {
  /** CPU and memory cost, a power of two. Memory is 128 · N · r bytes. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's figures for 32 MiB: about a quarter of a second of one core. */
export const PASSWORD_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether it is the password; with null (no such person, or no password set) the same work is done in vain. */
  verify(password: string, stored: string | null): Promise<boolean>;
  /** Whether a stored hash was made with other parameters than those used today. */
  isOutdated(stored: string): boolean;
}

/** `cost` is lowered in tests only. */
export function createPasswords(cost: ScryptCost = PASSWORD_COST): Passwords {
  const nobody = encode(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return encode(cost, salt, await derive(password, salt, cost));
    },
    async verify(password, stored) {
      const { salt, hash, ...theirCost } = decode(stored ?? nobody);
      return timingSafeEqual(await derive(password, salt, theirCost), hash) && stored !== null;
    },
    isOutdated: (stored) => !stored.startsWith(parameters(cost)),
  };
}

function derive(password: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  // One form for one password, however the keyboard composed its accents.
  const text = password.normalize('NFKC');
  const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

function parameters({ N, r, p }: ScryptCost): string {
  return `scrypt$${N}$${r}$${p}$`;
}

function encode(cost: ScryptCost, salt: Buffer, hash: Buffer): string {
  return `${parameters(cost)}${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

function decode(stored: string): ScryptCost & { salt: Buffer; hash: Buffer } {
  const [name, N, r, p, salt, hash] = stored.split('$');
  if (name !== 'scrypt' || !salt || !hash) throw new Error('a stored password hash has an unknown form');
  return {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}
