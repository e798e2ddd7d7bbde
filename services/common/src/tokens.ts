/**
 * The signed tokens of the house (EdDSA JWTs): what a machine connects with, and the ticket a browser connects with.
 * Each kind has its own audience, so that none works as another.
 */
import { TokenKind, machineClaims, parse, ticketClaims } from '@spectral/proto/wire';
import type { MachineClaims, TicketClaims } from '@spectral/proto/wire';
import { jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { ServiceError } from './errors.ts';
import type { TokenKeys } from './token-keys.ts';

const ISSUER = 'spectral';
const ALGORITHM = 'EdDSA';

/** The private half that signs, and the name under which its public half is found. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** Claims the caller chooses; audience, issuer and dates are set here. */
export type MachineGrant = Omit<MachineClaims, 'aud' | 'exp'>;
export type TicketGrant = Omit<TicketClaims, 'aud' | 'exp'>;

export interface SignedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A machine token that ends `lifeMs` after `now`. */
export function signMachineToken(
  grant: MachineGrant,
  key: SigningKey,
  now: Date,
  lifeMs: number,
): Promise<SignedToken> {
  return sign({ ...grant }, TokenKind.machine, key, now, lifeMs);
}

/** A relay ticket that ends `lifeMs` after `now`. */
export function signTicket(
  grant: TicketGrant,
  key: SigningKey,
  now: Date,
  lifeMs: number,
): Promise<SignedToken> {
  return sign({ ...grant }, TokenKind.ticket, key, now, lifeMs);
}

/** Claims of a machine token. Throws ServiceError: `unauthenticated` for any other text, `unavailable` without keys. */
export async function verifyMachineToken(token: string, keys: TokenKeys, now: Date): Promise<MachineClaims> {
  return parse(machineClaims, await verify(token, TokenKind.machine, keys, now), 'machine token');
}

/** Claims of a relay ticket. Throws as `verifyMachineToken` does. */
export async function verifyTicket(ticket: string, keys: TokenKeys, now: Date): Promise<TicketClaims> {
  return parse(ticketClaims, await verify(ticket, TokenKind.ticket, keys, now), 'relay ticket');
}

async function sign(
  claims: Record<string, unknown>,
  audience: TokenKind,
  key: SigningKey,
  now: Date,
  lifeMs: number,
): Promise<SignedToken> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const expires = issuedAt + Math.floor(lifeMs / 1000);
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expires)
    .sign(key.privateKey);
  return { token, expiresAt: new Date(expires * 1000) };
}

async function verify(token: string, audience: TokenKind, keys: TokenKeys, now: Date): Promise<unknown> {
  try {
    const options = {
      issuer: ISSUER,
      audience,
      algorithms: [ALGORITHM],
      currentDate: now,
      requiredClaims: ['exp', 'sub'],
    };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError(
      'unauthenticated',
      `expected a valid ${nameOf(audience)}; this one is expired, or no such token`,
      { cause },
    );
  }
}

function nameOf(kind: TokenKind): string {
  return kind === TokenKind.machine
    ? 'machine token'
    : kind === TokenKind.ticket
      ? 'relay ticket'
      : 'user token';
}
