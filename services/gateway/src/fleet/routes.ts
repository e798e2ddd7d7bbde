/** `/internal/fleet`: what the operator of a fleet asks and tells. The words are in fleet.ts of proto. */
import { fleetMachineState, newFleetMachine, parse, type FleetEnrolment } from '@spectral/proto/wire';
import { Router } from 'express';
import type { Announce } from '../announce.ts';
import type { Callers } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { idOf } from '../http/ids.ts';
import { createRoute, route } from '../http/route.ts';
import { revokeMachine } from '../machines/revoke.ts';
import { assertOfFleet, describeFleetMachine, fleetMachines, provideFleetMachine } from './fleet-machines.ts';

export interface FleetRoutesParts {
  readonly db: Database;
  readonly callers: Callers;
  readonly announce: Announce;
  readonly now: () => Date;
}

export function fleetRoutes({ db, callers, announce, now }: FleetRoutesParts): Router {
  const router = Router();

  router.get(
    '/internal/fleet/machines',
    route(async (request) => {
      callers.operator(request);
      return { machines: await fleetMachines(db) };
    }),
  );

  router.post(
    '/internal/fleet/machines',
    createRoute(async (request): Promise<FleetEnrolment> => {
      callers.operator(request);
      const wanted = parse(newFleetMachine, request.body, 'machine');
      const { machineId, token, expiresAt } = await provideFleetMachine(db, wanted, now());
      return { machineId, enrolmentToken: token, expiresAt: expiresAt.toISOString() };
    }),
  );

  router.put(
    '/internal/fleet/machines/:id',
    route(async (request) => {
      callers.operator(request);
      const machineId = idOf(request.params['id'], 'machine');
      const state = parse(fleetMachineState, request.body, 'machine');
      const { ownerChanged } = await describeFleetMachine(db, machineId, state);
      if (ownerChanged) await announce({ type: 'machine-changed', machineId });
      return { ok: true };
    }),
  );

  router.delete(
    '/internal/fleet/machines/:id',
    route(async (request) => {
      callers.operator(request);
      const machineId = idOf(request.params['id'], 'machine');
      await assertOfFleet(db, machineId);
      if (await revokeMachine(db, machineId, now())) await announce({ type: 'machine-revoked', machineId });
      return { ok: true };
    }),
  );

  return router;
}
