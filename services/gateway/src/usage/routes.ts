/** `GET /api/teams/:team/usage?days=30`. */
import { ServiceError } from '@spectral/common';
import { Router } from 'express';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { idOf } from '../http/ids.ts';
import { route } from '../http/route.ts';
import { requireRole } from '../teams/teams.ts';
import { firstMomentOf, MOST_DAYS, USUAL_DAYS } from './days.ts';
import { usageReport } from './report.ts';

export function usageRoutes(parts: { db: Database; callers: Callers; now: () => Date }): Router {
  const { db, callers, now } = parts;
  const router = Router();
  router.get(
    '/api/teams/:team/usage',
    route(async (request) => {
      const { user } = await callers.person(request);
      const teamId = idOf(request.params['team'], 'team');
      await requireRole(db, teamId, user.id, 'see-usage');
      return usageReport(db, teamId, firstMomentOf(daysOf(request.query['days']), now()));
    }),
  );
  return router;
}

function daysOf(days: unknown): number {
  const count = days === undefined ? USUAL_DAYS : Number(days);
  if (!Number.isInteger(count) || count < 1 || count > MOST_DAYS) {
    throw new ServiceError('bad-input', `days: expected a whole number from 1 to ${MOST_DAYS}`, {
      details: { field: 'days' },
    });
  }
  return count;
}
