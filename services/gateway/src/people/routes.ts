/** `/api/auth`: signing in and out, and one's own account. */
import { linkLogin, login, parse, profile, type AuthState, type Me } from '@spectral/proto/wire';
import { Router, type Request } from 'express';
import type { Announce } from '../announce.ts';
import { assertSameOrigin, type Callers, type LoginCookie } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { route } from '../http/route.ts';
import { GUESSES_PER_ADDRESS, guard, type RateLimit } from '../rate-limits/index.ts';
import { useLoginLink } from './login-links.ts';
import { beginLogin, endLogin } from './logins.ts';
import type { Passwords } from './password-hash.ts';
import { isFirstRun, meOf } from './people.ts';
import { changeProfile } from './profile.ts';
import { signIn } from './sign-in.ts';
import { endUserToken } from './user-tokens.ts';

export interface PeopleRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly cookie: LoginCookie;
  readonly passwords: Passwords;
  readonly limits: RateLimit;
  readonly announce: Announce;
  readonly publicUrl: string;
  readonly now: () => Date;
}

export function peopleRoutes(parts: PeopleRoutesParts): Router {
  const { db, callers, cookie, limits, announce, publicUrl, now } = parts;
  const router = Router();

  router.get(
    '/api/auth/state',
    route(async (request): Promise<AuthState> => {
      const signedIn = (await callers.personIfAny(request)) !== null;
      return { signedIn, firstRun: !signedIn && (await isFirstRun(db)) };
    }),
  );

  router.post(
    '/api/auth/login',
    route(async (request) => {
      assertSameOrigin(request, publicUrl);
      const attempt = { ...parse(login, request.body, 'login'), address: addressOf(request) };
      return enter(parts, request, await signIn(parts, attempt));
    }),
  );

  router.post(
    '/api/auth/link',
    route(async (request) => {
      assertSameOrigin(request, publicUrl);
      const { code } = parse(linkLogin, request.body, 'login link');
      await guard(limits, `login-address:${addressOf(request)}`, GUESSES_PER_ADDRESS);
      return enter(parts, request, await useLoginLink(db, code, now()));
    }),
  );

  router.post(
    '/api/auth/logout',
    route(async (request) => {
      const person = await callers.personIfAny(request);
      if (person?.by === 'cookie') await endLogin(db, person.loginId, now());
      if (person?.by === 'user-token') await endUserToken(db, person.loginId, now());
      if (person) await announce({ type: 'login-ended', loginId: person.loginId });
      if (request.res) cookie.clear(request.res);
      return { ok: true };
    }),
  );

  router.get(
    '/api/auth/me',
    route(async (request) => meOf(db, (await callers.person(request)).user.id)),
  );

  router.patch(
    '/api/auth/me',
    route(async (request) => {
      const person = await callers.person(request);
      const change = parse(profile, request.body, 'profile');
      await announce(...(await changeProfile(parts, person, change, now())));
      return meOf(db, person.user.id);
    }),
  );

  return router;
}

/** Begins a session for a person who proved who they are, and sets its cookie. */
export async function enter(
  parts: Pick<PeopleRoutesParts, 'db' | 'cookie' | 'now'>,
  request: Request,
  userId: string,
): Promise<Me> {
  const { secret } = await beginLogin(parts.db, userId, parts.now());
  if (request.res) parts.cookie.set(request.res, secret);
  return meOf(parts.db, userId);
}

/** Where a request comes from; behind trusted proxies, what they say. */
export function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}
