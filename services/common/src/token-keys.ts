/** Public keys that check tokens: the gateway's own, or those it shows at `/.well-known/jwks.json`. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { ServiceError } from './errors.ts';

/** Finds the key a token names. Throws ServiceError `unavailable` when keys cannot be had at all. */
export type TokenKeys = JWTVerifyGetKey;

export const JWKS_PATH = '/.well-known/jwks.json';

/** Keys at hand, for the process that holds them and for tests. */
export function localTokenKeys(jwks: JSONWebKeySet): TokenKeys {
  return createLocalJWKSet(jwks);
}

/**
 * Keys of the gateway at `gatewayUrl`: fetched when first needed, kept for ten minutes, fetched again for an unknown
 * key id (at most every 5 s, so that made-up ids cannot hammer the gateway).
 */
export function remoteTokenKeys(gatewayUrl: string): TokenKeys {
  const find = createRemoteJWKSet(new URL(gatewayUrl + JWKS_PATH), {
    timeoutDuration: 5_000,
    cooldownDuration: 5_000,
    cacheMaxAge: 600_000,
  });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (cause) {
      if (isFaultOfToken(cause)) throw cause;
      throw new ServiceError(
        'unavailable',
        `the gateway at ${gatewayUrl} shows no keys to check tokens with`,
        { cause },
      );
    }
  };
}

/** A key id nobody knows is the token's fault; no answer or a broken one is the gateway's. */
function isFaultOfToken(cause: unknown): boolean {
  return cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JOSENotSupported;
}
