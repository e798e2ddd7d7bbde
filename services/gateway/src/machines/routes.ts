/** `/api/machines`, `/api/relay-tickets`, `/internal/standing` and the keys that tokens are checked with. */
import {
  JWKS_PATH,
  ServiceError,
  signTicket,
  standingQuestion,
  STANDING_PATH,
  type Presence,
} from '@spectral/common';
import {
  parse,
  registration,
  renewal,
  TICKET_LIFE_MS,
  ticketRequest,
  visibilityPatch,
  type RelayTicket,
  type Registration,
} from '@spectral/proto/wire';
import { Router, type Request } from 'express';
import type { Announce } from '../announce.ts';
import type { Callers, MachineCaller, Person, TeamKeyHolder } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { tradeEnrolmentToken } from '../fleet/trade.ts';
import { wakeMachine } from '../fleet/wake.ts';
import { idOf } from '../http/ids.ts';
import { acceptRoute, createRoute, route } from '../http/route.ts';
import { WAKES_PER_PERSON, guard, type RateLimit } from '../rate-limits/index.ts';
import { roleIn, teamsOf } from '../teams/teams.ts';
import { enrolmentOf } from './enrolment.ts';
import {
  assertManages,
  machineChangedBy,
  machineSeenBy,
  machinesVisibleTo,
  setVisibility,
} from './machines.ts';
import { registerMachine } from './register.ts';
import { revokeMachine } from './revoke.ts';
import type { SigningKeys } from './signing-keys.ts';
import { standing } from './standing.ts';

export interface MachineRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly presence: Presence;
  readonly announce: Announce;
  readonly limits: RateLimit;
  readonly signingKeys: SigningKeys;
  readonly relayPublicUrl: string;
  readonly now: () => Date;
}

export function machineRoutes(parts: MachineRoutesParts): Router {
  const { db, callers, presence, announce, limits, now } = parts;
  const router = Router();

  router.get(
    '/api/machines',
    route(async (request) => {
      const { user } = await callers.person(request);
      return { machines: await machinesVisibleTo(db, presence, user.id, now()) };
    }),
  );

  router.post(
    '/api/machines',
    createRoute((request) => register(parts, request)),
  );

  router.post(
    '/api/machines/self/token',
    route(async (request) => {
      const caller = await callers.machine(request);
      await noteRenewal(db, caller.machineId, request.body);
      return renew(parts, caller);
    }),
  );

  router.patch(
    '/api/machines/:id/visibility',
    route(async (request) => {
      const { user } = await callers.person(request);
      const machineId = idOf(request.params['id'], 'machine');
      const { visibility } = parse(visibilityPatch, request.body, 'visibility');
      await setVisibility(db, machineId, user.id, visibility);
      await announce({ type: 'machine-changed', machineId });
      return { machine: await machineChangedBy(db, presence, machineId, user.id, now()) };
    }),
  );

  router.delete(
    '/api/machines/:id',
    route(async (request) => {
      const { user } = await callers.person(request);
      const machineId = idOf(request.params['id'], 'machine');
      await assertManages(db, machineId, user.id);
      if (await revokeMachine(db, machineId, now())) await announce({ type: 'machine-revoked', machineId });
      return { ok: true };
    }),
  );

  router.post(
    '/api/machines/:id/wake',
    acceptRoute(async (request) => {
      const { user } = await callers.person(request);
      const machineId = idOf(request.params['id'], 'machine');
      await guard(limits, `wake-user:${user.id}`, WAKES_PER_PERSON);
      // Who does not see it, shall not learn that it is there.
      await machineSeenBy(db, presence, machineId, user.id, now());
      await wakeMachine(db, machineId, now());
      return { machine: await machineSeenBy(db, presence, machineId, user.id, now()) };
    }),
  );

  router.post(
    '/api/relay-tickets',
    route(async (request) => {
      const person = await callers.person(request);
      const { machineId } = parse(ticketRequest, request.body, 'ticket request');
      return issueTicket(parts, person, idOf(machineId, 'machine'));
    }),
  );

  router.post(
    STANDING_PATH,
    route(async (request) => {
      callers.service(request);
      return standing(db, parse(standingQuestion, request.body, 'standing question'), now());
    }),
  );

  // The same for everybody, and asked for by every relay: it may be kept for a minute.
  router.get(JWKS_PATH, (_request, response) => {
    response.set('cache-control', 'public, max-age=60').json(parts.signingKeys.jwks);
  });

  return router;
}

async function register(parts: MachineRoutesParts, request: Request) {
  const { db, callers, announce, now } = parts;
  const enroller = await callers.enroller(request);
  const wanted = parse(registration, request.body, 'registration');
  if (enroller.kind === 'enrolment-token') {
    const traded = await tradeEnrolmentToken(db, enroller.token, wanted, now());
    if (traded.announcement) await announce(traded.announcement);
    return enrolmentOf(parts, traded.machine, now());
  }
  const { machine, announcement } = await registerMachine(db, {
    teamId: await teamFor(db, enroller, wanted),
    registrant:
      enroller.kind === 'person'
        ? { userId: enroller.user.id, keyId: null }
        : { userId: null, keyId: enroller.keyId },
    registration: wanted,
    now: now(),
  });
  await announce(announcement);
  return enrolmentOf(parts, machine, now());
}

/** What a machine tells of itself when it renews, as after an update. */
async function noteRenewal(db: Database, machineId: string, body: unknown): Promise<void> {
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) return;
  const { hostname, version, pid } = parse(renewal, body, 'renewal');
  await db.updateTable('machines').set({ hostname, version, pid }).where('id', '=', machineId).execute();
}

/** A key names its team; a person registers in the team they ask for, else in the one they joined first. */
async function teamFor(
  db: Database,
  enroller: Person | TeamKeyHolder,
  { team }: Registration,
): Promise<string> {
  if (enroller.kind === 'team-key') return enroller.teamId;
  if (team !== undefined) {
    const teamId = idOf(team, 'team');
    if (await roleIn(db, teamId, enroller.user.id)) return teamId;
    throw new ServiceError('not-found', 'no such team among yours');
  }
  const [first] = await teamsOf(db, enroller.user.id);
  if (first) return first.id;
  throw new ServiceError(
    'forbidden',
    'you are in no team: a machine belongs to one, so make or join a team first',
  );
}

/** Keeps the registration the old token has: should a newer one come in this moment, the new token is as dead as the old. */
async function renew(parts: MachineRoutesParts, caller: MachineCaller) {
  const { machineId: id, teamId, keyId, registration: number, hostname } = caller;
  return enrolmentOf(parts, { id, teamId, keyId, registration: number, hostname }, parts.now());
}

async function issueTicket(
  parts: MachineRoutesParts,
  person: Person,
  machineId: string,
): Promise<RelayTicket> {
  const { db, presence, signingKeys, relayPublicUrl: relayUrl } = parts;
  const now = parts.now();
  const { team } = await machineSeenBy(db, presence, machineId, person.user.id, now);
  const { id: sub, name } = person.user;
  const grant = { sub, name, machine: machineId, team: team.id, session: person.loginId };
  const { token: ticket, expiresAt } = await signTicket(grant, signingKeys.signing, now, TICKET_LIFE_MS);
  return { ticket, relayUrl, expiresAt: expiresAt.toISOString() };
}
