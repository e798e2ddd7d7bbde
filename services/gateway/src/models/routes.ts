/** `/api/teams/:team/models` and `/api/teams/:team/user-models`: what a team may call. */
import { ServiceError } from '@spectral/common';
import { grantedModels, newUserModel, parse, userModelPatch, type NewUserModel } from '@spectral/proto/wire';
import { Router, type Request } from 'express';
import type { Announce } from '../announce.ts';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { idOf } from '../http/ids.ts';
import { createRoute, route } from '../http/route.ts';
import type { TeamAction } from '../teams/roles.ts';
import { requireRole } from '../teams/teams.ts';
import { AddressRefused, checkBaseUrl, type AddressRules } from './address-guard.ts';
import type { ModelStore } from './model-store.ts';
import type { TeamModels } from './team-models.ts';
import { shownUserModel } from './user-model.ts';

export interface ModelRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly announce: Announce;
  readonly store: ModelStore;
  readonly models: TeamModels;
  readonly addressRules: AddressRules;
}

export function modelRoutes(parts: ModelRoutesParts): Router {
  const router = Router();
  mountGrants(router, parts);
  mountUserModels(router, parts);
  return router;
}

function mountGrants(router: Router, parts: ModelRoutesParts): void {
  const { store, models, announce } = parts;

  router.get(
    '/api/teams/:team/models',
    route(async (request) => models.listFor(await admit(parts, request, 'see-team'))),
  );

  router.put(
    '/api/teams/:team/models',
    route(async (request) => {
      const teamId = await admit(parts, request, 'manage-models');
      const { granted } = parse(grantedModels, request.body, 'models');
      const { catalogue } = await models.listFor(teamId);
      const unknown = granted.find((id) => !catalogue.some((model) => model.id === id));
      if (unknown !== undefined)
        throw new ServiceError('bad-input', `models: this gateway offers no base model ${unknown}`);
      await store.setGrants(teamId, [...new Set(granted)]);
      await announce({ type: 'models-changed', teamId });
      return models.listFor(teamId);
    }),
  );
}

function mountUserModels(router: Router, parts: ModelRoutesParts): void {
  const { store, announce } = parts;

  router.post(
    '/api/teams/:team/user-models',
    createRoute(async (request) => {
      const teamId = await admit(parts, request, 'manage-models');
      const model = parse(newUserModel, request.body, 'model');
      refuseBadAddress(parts, model);
      const userModel = shownUserModel(await store.addUserModel(teamId, model));
      await announce({ type: 'models-changed', teamId });
      return { userModel };
    }),
  );

  router.patch(
    '/api/teams/:team/user-models/:id',
    route(async (request) => {
      const teamId = await admit(parts, request, 'manage-models');
      const rowId = idOf(request.params['id'], 'model');
      const change = changeIn(request.body);
      refuseBadAddress(parts, change);
      const userModel = shownUserModel(await store.changeUserModel(teamId, rowId, change));
      await announce({ type: 'models-changed', teamId });
      return { userModel };
    }),
  );

  router.delete(
    '/api/teams/:team/user-models/:id',
    route(async (request) => {
      const teamId = await admit(parts, request, 'manage-models');
      await store.removeUserModel(teamId, idOf(request.params['id'], 'model'));
      await announce({ type: 'models-changed', teamId });
      return { ok: true };
    }),
  );
}

/** Only the fields that were sent: the schema fills in defaults, which would undo what stands. */
function changeIn(body: unknown): Partial<NewUserModel> {
  const sent = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const change = parse(userModelPatch, body, 'model');
  return Object.fromEntries(
    Object.entries(change).filter(([key, value]) => sent.includes(key) && value !== undefined),
  );
}

function refuseBadAddress({ addressRules }: ModelRoutesParts, { baseUrl }: Partial<NewUserModel>): void {
  try {
    if (baseUrl !== undefined) checkBaseUrl(baseUrl, addressRules);
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error;
    throw new ServiceError('bad-input', `model: baseUrl: ${error.message}`, {
      cause: error,
      details: { field: 'baseUrl' },
    });
  }
}

/** The team of the path, for a signed-in person who may do that there. */
async function admit(
  { callers, db }: ModelRoutesParts,
  request: Request,
  action: TeamAction,
): Promise<string> {
  const { user } = await callers.person(request);
  const teamId = idOf(request.params['team'], 'team');
  await requireRole(db, teamId, user.id, action);
  return teamId;
}
