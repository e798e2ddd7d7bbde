/**
 * Admission of every request: which kinds of caller a route accepts, checked in this one file. A cookie counts only for
 * people on `/api`; a token only for its own kind. Every refusal is a ServiceError `unauthenticated` that says what was
 * expected and what came.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError, sameSecret, verifyMachineToken, type Fall, type TokenKeys } from '@spectral/common';
import type { Response } from 'express';
import type { Database } from '../database/index.ts';
import type { StandingCache } from '../machines/standing-cache.ts';
import { findLogin } from '../people/logins.ts';
import { findUserToken } from '../people/user-tokens.ts';
import { findTeamKey } from '../teams/team-keys.ts';
import type { EnrolmentTokenHolder, MachineCaller, Person, TeamKeyHolder } from './caller.ts';
import { bearerOf, bearerOrApiKeyOf, cookieOf, type Credential } from './credentials.ts';
import type { LoginCookie } from './login-cookie.ts';
import { assertSameOrigin } from './same-origin.ts';

/** What admission reads of a request. */
export interface Caught {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly res?: Response | undefined;
}

export interface Callers {
  /** A person: browser cookie (same origin when changing) or user token. */
  person(request: Caught): Promise<Person>;
  /** As `person`, and null for a request that shows nothing at all or a cookie that ended. */
  personIfAny(request: Caught): Promise<Person | null>;
  /** Who may register a machine: a team key, a user token or an enrolment token, never a cookie. */
  enroller(request: Caught): Promise<Person | TeamKeyHolder | EnrolmentTokenHolder>;
  /** A machine by its token, in `Authorization` or `x-api-key`. */
  machine(request: Caught): Promise<MachineCaller>;
  /** A machine by the text of its token. */
  machineByToken(token: string): Promise<MachineCaller>;
  /** A machine, or the holder of a team key. */
  machineOrKey(request: Caught): Promise<MachineCaller | TeamKeyHolder>;
  /** Anything the command line may hold: machine token, team key or user token. */
  commandLine(request: Caught): Promise<MachineCaller | TeamKeyHolder | Person>;
  /** A relay, by the service secret. */
  service(request: Caught): void;
  /** The operator of a fleet, by its own secret. */
  operator(request: Caught): void;
}

export interface CallersParts {
  readonly db: Database;
  readonly keys: TokenKeys;
  readonly standing: StandingCache;
  readonly cookie: LoginCookie;
  readonly publicUrl: string;
  readonly serviceSecret: string;
  /** Null: there is no operator. */
  readonly operatorSecret: string | null;
  readonly now: () => Date;
}

export function createCallers(parts: CallersParts): Callers {
  const personIfAny = async (request: Caught): Promise<Person | null> => {
    const bearer = bearerOf(request.headers);
    if (bearer.kind === 'user-token') return userOf(parts, bearer.text);
    if (bearer.kind !== 'none') throw wrongKind('a login or a user token', bearer);
    return browserPerson(parts, request);
  };

  return {
    personIfAny,
    async person(request) {
      const person = await personIfAny(request);
      if (!person)
        throw new ServiceError('unauthenticated', 'sign in first: there is no login, or it has ended');
      return person;
    },
    async enroller({ headers }) {
      const bearer = bearerOf(headers);
      if (bearer.kind === 'team-key') return keyHolderOf(parts, bearer.text);
      if (bearer.kind === 'user-token') return userOf(parts, bearer.text);
      if (bearer.kind === 'enrolment-token') return { kind: 'enrolment-token', token: bearer.text };
      throw wrongKind('a team key, a user token or an enrolment token', bearer);
    },
    async machine({ headers }) {
      const shown = bearerOrApiKeyOf(headers);
      if (shown.kind === 'machine-token') return machineOf(parts, shown.text);
      throw wrongKind('a machine token', shown);
    },
    machineByToken: (token) => machineOf(parts, token),
    async machineOrKey({ headers }) {
      const shown = bearerOrApiKeyOf(headers);
      if (shown.kind === 'machine-token') return machineOf(parts, shown.text);
      if (shown.kind === 'team-key') return keyHolderOf(parts, shown.text);
      throw wrongKind('a machine token or a team key', shown);
    },
    async commandLine({ headers }) {
      const shown = bearerOrApiKeyOf(headers);
      if (shown.kind === 'machine-token') return machineOf(parts, shown.text);
      if (shown.kind === 'team-key') return keyHolderOf(parts, shown.text);
      if (shown.kind === 'user-token') return userOf(parts, shown.text);
      throw wrongKind('a machine token, a team key or a user token', shown);
    },
    service: ({ headers }) => assertShows(headers, parts.serviceSecret, 'the service secret'),
    operator: ({ headers }) => assertShows(headers, parts.operatorSecret, 'the operator’s secret'),
  };
}

function assertShows(headers: IncomingHttpHeaders, secret: string | null, what: string): void {
  const bearer = bearerOf(headers);
  if (secret !== null && bearer.kind !== 'none' && sameSecret(bearer.text, secret)) return;
  throw new ServiceError('unauthenticated', `expected ${what} as bearer`);
}

async function browserPerson(
  { db, cookie, publicUrl, now }: CallersParts,
  request: Caught,
): Promise<Person | null> {
  const secret = cookieOf(request.headers, cookie.name);
  if (secret === null) return null;
  assertSameOrigin(request, publicUrl);
  const login = await findLogin(db, secret, now());
  if (!login) return null;
  if (login.extended && request.res) cookie.set(request.res, secret);
  return { kind: 'person', user: login.user, loginId: login.id, by: 'cookie' };
}

async function userOf({ db, now }: CallersParts, token: string): Promise<Person> {
  const found = await findUserToken(db, token, now());
  if (found) return { kind: 'person', user: found.user, loginId: found.id, by: 'user-token' };
  throw new ServiceError(
    'unauthenticated',
    'this user token is unknown or has ended: run `spectral login --oauth` again',
  );
}

async function keyHolderOf({ db, now }: CallersParts, secret: string): Promise<TeamKeyHolder> {
  const key = await findTeamKey(db, secret, now());
  if (key) return { kind: 'team-key', keyId: key.id, teamId: key.teamId };
  throw new ServiceError(
    'unauthenticated',
    'this team key is unknown or was ended: ask for a new one and run `spectral login`',
  );
}

async function machineOf({ keys, standing, now }: CallersParts, token: string): Promise<MachineCaller> {
  const claims = await verifyMachineToken(token, keys, now());
  const verdict = await standing.verdictOn(claims);
  if (verdict.fall !== null) throw fallen(verdict.fall);
  const { id: machineId, name, hostname, teamId, ownerId } = verdict.machine;
  const { registration, key: keyId } = claims;
  return { kind: 'machine', machineId, name, hostname, teamId, ownerId, registration, keyId };
}

function fallen(fall: Fall): ServiceError {
  const why: Partial<Record<Fall, string>> = {
    revoked: 'this machine was revoked',
    newer: 'a newer registration took this machine’s name',
    'key-ended': 'the team key of this machine was rotated or revoked',
  };
  return new ServiceError('unauthenticated', why[fall] ?? 'this machine is unknown here', {
    details: { reason: fall },
  });
}

function wrongKind(expected: string, came: Credential): ServiceError {
  const names: Record<Credential['kind'], string> = {
    none: 'nothing',
    'team-key': 'a team key',
    'user-token': 'a user token',
    'machine-token': 'a machine token',
    'enrolment-token': 'an enrolment token',
    'unknown-token': 'something that is no token of Spectral',
  };
  return new ServiceError('unauthenticated', `expected ${expected}; ${names[came.kind]} came`);
}
