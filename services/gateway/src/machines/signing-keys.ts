/**
 * The key pair that signs machine tokens and tickets: made at first start, kept in the database with its private half
 * sealed. The newest signs; all that are not long retired are shown, so that a rotation ends no token.
 */
import { randomUUID } from 'node:crypto';
import { localTokenKeys, type SigningKey, type TokenKeys } from '@spectral/common';
import { MACHINE_TOKEN_LIFE_MS } from '@spectral/proto/wire';
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import type { Sealer } from '../secrets/index.ts';

export interface SigningKeys {
  /** Signs what is issued from now on. */
  readonly signing: SigningKey;
  /** Public halves, for `/.well-known/jwks.json`. */
  readonly jwks: JSONWebKeySet;
  /** The same, ready to verify with. */
  readonly keys: TokenKeys;
}

const CURVE = { crv: 'Ed25519', extractable: true } as const;
/** Any number that no other lock of this database has. */
const SIGNING_KEY_LOCK = 0x5bec7a2;

/** Reads the pairs, making the first one if there is none; several processes at once make one. Throws CannotOpen. */
export async function loadSigningKeys(db: Database, sealer: Sealer, now: Date): Promise<SigningKeys> {
  await createFirstKey(db, sealer, now);
  const shownSince = new Date(now.getTime() - MACHINE_TOKEN_LIFE_MS);
  const rows = await db
    .selectFrom('signing_keys')
    .select(['kid', 'public_jwk', 'sealed_private_jwk', 'retired_at'])
    .where((where) => where.or([where('retired_at', 'is', null), where('retired_at', '>', shownSince)]))
    .orderBy('created_at', 'desc')
    .execute();
  const newest = rows.find(({ retired_at }) => retired_at === null);
  if (!newest)
    throw new Error(
      'every signing key is retired; delete the retired_at of one, or all rows to make a new pair',
    );
  const jwks = {
    keys: rows.map(({ kid, public_jwk }) => ({ ...public_jwk, kid, alg: 'EdDSA', use: 'sig' })),
  };
  const signing = { kid: newest.kid, privateKey: await openPrivateKey(sealer, newest) };
  return { signing, jwks, keys: localTokenKeys(jwks) };
}

async function createFirstKey(db: Database, sealer: Sealer, now: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(SIGNING_KEY_LOCK)})`.execute(transaction);
    const present = await transaction.selectFrom('signing_keys').select('kid').limit(1).executeTakeFirst();
    if (present) return;
    const kid = randomUUID();
    const pair = await generateKeyPair('EdDSA', CURVE);
    const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
    await transaction
      .insertInto('signing_keys')
      .values({
        kid,
        public_jwk: JSON.stringify(await exportJWK(pair.publicKey)),
        sealed_private_jwk: sealer.seal(privateJwk, sealedName(kid)),
        created_at: now,
      })
      .execute();
  });
}

async function openPrivateKey(
  sealer: Sealer,
  row: { kid: string; sealed_private_jwk: string },
): Promise<SigningKey['privateKey']> {
  const jwk = JSON.parse(sealer.open(row.sealed_private_jwk, sealedName(row.kid))) as JWK;
  const key = await importJWK(jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error(`signing key ${row.kid} is no key pair`);
  return key;
}

function sealedName(kid: string): string {
  return `signing-key:${kid}`;
}
