/** `PUT /internal/fleet/policies/:team`: a fleet's operator sets what a team may call. */
import { fleetPolicy, parse, type FleetPolicyResult } from '@spectral/proto/wire';
import { Router } from 'express';
import type { Announce } from '../announce.ts';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { teamCalled } from '../teams/named.ts';
import { route } from '../http/route.ts';
import type { ModelStore } from './model-store.ts';
import { grantsUnder } from './policy.ts';
import type { TeamModels } from './team-models.ts';

export interface PolicyRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly announce: Announce;
  readonly store: ModelStore;
  readonly models: TeamModels;
}

export function policyRoutes({ db, callers, announce, store, models }: PolicyRoutesParts): Router {
  const router = Router();

  router.put(
    '/internal/fleet/policies/:team',
    route(async (request): Promise<FleetPolicyResult> => {
      callers.operator(request);
      const policy = parse(fleetPolicy, request.body, 'policy');
      const teamId = await teamCalled(db, String(request.params['team']));
      const { catalogue } = await models.listFor(teamId);
      const { granted, unmatched } = grantsUnder(
        policy,
        catalogue.map(({ id }) => id),
      );
      // The operator tells it again and again; calls that run are looked at only when it changed.
      if (!isSame(await store.grantsOf(teamId), granted)) {
        await store.setGrants(teamId, granted);
        await announce({ type: 'models-changed', teamId });
      }
      return { teamId, granted, unmatched };
    }),
  );

  return router;
}

function isSame(present: readonly string[] | null, wanted: readonly string[]): boolean {
  return present?.length === wanted.length && wanted.every((id) => present.includes(id));
}
