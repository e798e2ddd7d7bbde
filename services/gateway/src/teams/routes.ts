/** `/api/teams` and `/api/invitations`: teams, members, keys, invitations. */
import {
  acceptInvitation,
  memberPatch,
  newInvitation,
  newTeam,
  newTeamKey,
  parse,
  type Role,
} from '@spectral/proto/wire';
import { Router, type Request } from 'express';
import type { Announce } from '../announce.ts';
import { assertSameOrigin, type Callers, type LoginCookie } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { idOf } from '../http/ids.ts';
import { createRoute, route } from '../http/route.ts';
import type { Passwords } from '../people/password-hash.ts';
import { meOf } from '../people/people.ts';
import { addressOf, enter } from '../people/routes.ts';
import { GUESSES_PER_ADDRESS, guard, type RateLimit } from '../rate-limits/index.ts';
import { accept } from './accept-invitation.ts';
import { findInvitation, invite, openInvitations, withdrawInvitation } from './invitations.ts';
import { changeRole, membersOf, removeMember } from './members.ts';
import type { TeamAction } from './roles.ts';
import { createTeamKey, endTeamKey, rotateTeamKey, teamKeysOf } from './team-keys.ts';
import { createTeam, renameTeam, requireRole, teamsOf } from './teams.ts';

export interface TeamRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly cookie: LoginCookie;
  readonly passwords: Passwords;
  readonly limits: RateLimit;
  readonly announce: Announce;
  readonly publicUrl: string;
  readonly now: () => Date;
}

export function teamRoutes(parts: TeamRoutesParts): Router {
  const router = Router();
  mountTeams(router, parts);
  mountMembers(router, parts);
  mountInvitations(router, parts);
  mountKeys(router, parts);
  return router;
}

function mountTeams(router: Router, parts: TeamRoutesParts): void {
  const { db, callers, now } = parts;

  router.get(
    '/api/teams',
    route(async (request) => ({ teams: await teamsOf(db, (await callers.person(request)).user.id) })),
  );

  router.post(
    '/api/teams',
    createRoute(async (request) => {
      const { user } = await callers.person(request);
      const { name } = parse(newTeam, request.body, 'team');
      return {
        team: await db.transaction().execute((transaction) => createTeam(transaction, name, user.id, now())),
      };
    }),
  );

  router.patch(
    '/api/teams/:team',
    route(async (request) => {
      const { teamId, role } = await admit(parts, request, 'rename-team');
      const { name } = parse(newTeam, request.body, 'team');
      await renameTeam(db, teamId, name);
      return { team: { id: teamId, name, role } };
    }),
  );
}

function mountMembers(router: Router, parts: TeamRoutesParts): void {
  const { db, announce, now } = parts;

  router.get(
    '/api/teams/:team/members',
    route(async (request) => {
      const { teamId } = await admit(parts, request, 'see-team');
      return { members: await membersOf(db, teamId) };
    }),
  );

  router.patch(
    '/api/teams/:team/members/:user',
    route(async (request) => {
      const { teamId, callerId } = await admit(parts, request, 'see-team');
      const userId = idOf(request.params['user'], 'member');
      const { role } = parse(memberPatch, request.body, 'member');
      const member = await changeRole(db, { teamId, userId, role, callerId });
      await announce({ type: 'member-changed', teamId, userId });
      return { member };
    }),
  );

  router.delete(
    '/api/teams/:team/members/:user',
    route(async (request) => {
      const { teamId, callerId } = await admit(parts, request, 'see-team');
      const userId = idOf(request.params['user'], 'member');
      await announce(...(await removeMember(db, { teamId, userId, callerId, now: now() })));
      return { ok: true };
    }),
  );
}

function mountInvitations(router: Router, parts: TeamRoutesParts): void {
  const { db, callers, limits, announce, publicUrl, now } = parts;

  router.get(
    '/api/teams/:team/invitations',
    route(async (request) => {
      const { teamId } = await admit(parts, request, 'see-invitations');
      return { invitations: await openInvitations(db, teamId, now()) };
    }),
  );

  router.post(
    '/api/teams/:team/invitations',
    createRoute(async (request) => {
      const { teamId, callerId } = await admit(parts, request, 'invite');
      const { role, email = null } = parse(newInvitation, request.body, 'invitation');
      return invite(db, { teamId, role, email, createdBy: callerId, publicUrl }, now());
    }),
  );

  router.delete(
    '/api/teams/:team/invitations/:id',
    route(async (request) => {
      const { teamId } = await admit(parts, request, 'invite');
      await withdrawInvitation(db, teamId, idOf(request.params['id'], 'invitation'), now());
      return { ok: true };
    }),
  );

  router.get(
    '/api/invitations/:code',
    route(async (request) => {
      await guard(limits, `invitation-address:${addressOf(request)}`, GUESSES_PER_ADDRESS);
      const { teamName, role, email } = await findInvitation(db, String(request.params['code']), now());
      return { team: { name: teamName }, role, email };
    }),
  );

  router.post(
    '/api/invitations/:code/accept',
    route(async (request) => {
      assertSameOrigin(request, publicUrl);
      await guard(limits, `invitation-address:${addressOf(request)}`, GUESSES_PER_ADDRESS);
      const person = await callers.personIfAny(request);
      const signUp = parse(acceptInvitation, request.body ?? {}, 'invitation');
      const { userId, announcement } = await accept(
        parts,
        { code: String(request.params['code']), person, signUp },
        now(),
      );
      await announce(announcement);
      return person ? meOf(db, userId) : enter(parts, request, userId);
    }),
  );
}

function mountKeys(router: Router, parts: TeamRoutesParts): void {
  const { db, announce, now } = parts;

  router.get(
    '/api/teams/:team/keys',
    route(async (request) => {
      const { teamId } = await admit(parts, request, 'see-keys');
      return { keys: await teamKeysOf(db, teamId) };
    }),
  );

  router.post(
    '/api/teams/:team/keys',
    createRoute(async (request) => {
      const { teamId, callerId } = await admit(parts, request, 'manage-keys');
      const { name } = parse(newTeamKey, request.body, 'key');
      return createTeamKey(db, { teamId, name, createdBy: callerId }, now());
    }),
  );

  router.post(
    '/api/teams/:team/keys/:id/rotate',
    route(async (request) => {
      const { teamId, callerId } = await admit(parts, request, 'manage-keys');
      const id = idOf(request.params['id'], 'key');
      const rotated = await rotateTeamKey(db, { id, teamId, callerId }, now());
      await announce({ type: 'key-ended', keyId: id });
      return rotated;
    }),
  );

  router.delete(
    '/api/teams/:team/keys/:id',
    route(async (request) => {
      const { teamId } = await admit(parts, request, 'manage-keys');
      const id = idOf(request.params['id'], 'key');
      await endTeamKey(db, { id, teamId }, now());
      await announce({ type: 'key-ended', keyId: id });
      return { ok: true };
    }),
  );
}

/** The signed-in person, who may do that in the team of the path. */
async function admit(
  { callers, db }: TeamRoutesParts,
  request: Request,
  action: TeamAction,
): Promise<{ teamId: string; callerId: string; role: Role }> {
  const { user } = await callers.person(request);
  const teamId = idOf(request.params['team'], 'team');
  return { teamId, callerId: user.id, role: await requireRole(db, teamId, user.id, action) };
}
