/** `GET /api/teams/:team/usage?days=30`. */
import { ServiceError } from '@spectral/common';
import { Router } from 'express';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { idOf } from '../http/ids.ts';
import { route } from '../http/route.ts';
import { requireRole } from '../teams/teams.ts';
import { usageReport } from './report.ts';

const USUAL_DAYS = 30;
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

export function usageRoutes(parts: { db: Database; callers: Callers; now: () => Date }): Router {
  const { db, callers, now } = parts;
  const router = Router();
  router.get(
    '/api/teams/:team/usage',
    route(async (request) => {
      const { user } = await callers.person(request);
      const teamId = idOf(request.params['team'], 'team');
      await requireRole(db, teamId, user.id, 'see-usage');
      return usageReport(db, teamId, since(now(), request.query['days']));
    }),
  );
  return router;
}

/** The begin of the first of so many days, today included. */
function since(now: Date, days: unknown): Date {
  const count = days === undefined ? USUAL_DAYS : Number(days);
  if (!Number.isInteger(count) || count < 1 || count > MOST_DAYS) {
    throw new ServiceError('bad-input', `days: expected a whole number from 1 to ${MOST_DAYS}`, { details: { field: 'days' } });
  }
  return new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (count - 1) * DAY_MS);
}
