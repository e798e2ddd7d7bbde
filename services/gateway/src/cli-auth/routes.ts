/** `/api/cli-auth`: how the command line gets a user token from a person's browser. */
import { cliApproval, cliToken, deviceApproval, deviceStart, deviceToken, parse } from '@spectral/proto/wire';
import { Router } from 'express';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { route } from '../http/route.ts';
import { addressOf } from '../people/routes.ts';
import { DEVICE_STARTS, GUESSES_PER_ADDRESS, guard, type RateLimit } from '../rate-limits/index.ts';
import { approveDevice, redeemDevice, startDevice } from './device.ts';
import { approveCommand, redeemCode } from './loopback.ts';

export interface CliAuthRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly limits: RateLimit;
  readonly publicUrl: string;
  readonly now: () => Date;
}

export function cliAuthRoutes({ db, callers, limits, publicUrl, now }: CliAuthRoutesParts): Router {
  const router = Router();

  router.post(
    '/api/cli-auth/approve',
    route(async (request) => {
      const { user } = await callers.person(request);
      const { challenge, host = '' } = parse(cliApproval, request.body, 'approval');
      return { code: await approveCommand(db, { userId: user.id, challenge, host }, now()) };
    }),
  );

  router.post(
    '/api/cli-auth/token',
    route(async (request) => {
      const { code, verifier } = parse(cliToken, request.body, 'login code');
      await guard(limits, `cli-code-address:${addressOf(request)}`, GUESSES_PER_ADDRESS);
      return redeemCode(db, code, verifier, now());
    }),
  );

  router.post(
    '/api/cli-auth/device',
    route(async (request) => {
      const { host } = parse(deviceStart, request.body, 'device login');
      await guard(limits, `device-start-address:${addressOf(request)}`, DEVICE_STARTS);
      return startDevice(db, host, publicUrl, now());
    }),
  );

  router.post(
    '/api/cli-auth/device/approve',
    route(async (request) => {
      const { user } = await callers.person(request);
      const { userCode } = parse(deviceApproval, request.body, 'device code');
      await guard(limits, `device-code-user:${user.id}`, GUESSES_PER_ADDRESS);
      await approveDevice(db, userCode, user.id, now());
      return { ok: true };
    }),
  );

  router.post(
    '/api/cli-auth/device/token',
    route(async (request) => {
      const { deviceCode } = parse(deviceToken, request.body, 'device code');
      return redeemDevice(db, deviceCode, now());
    }),
  );

  return router;
}
