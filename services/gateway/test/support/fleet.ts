/** A fleet's operator at a test gateway, and the machines it makes. */
import assert from 'node:assert/strict';
import type { FleetEnrolment, FleetMachineState, NewFleetMachine } from '@spectral/proto/wire';
import type { ApiClient } from './api-client.ts';
import { host, machineNames } from './machines.ts';
import { bearing } from './people.ts';
import { OPERATOR_SECRET, type TestGateway } from './start-gateway.ts';

export interface TestFleet {
  readonly operator: ApiClient;
  /** Makes a machine, or gives the one of that uid another token. */
  provide(more?: Partial<NewFleetMachine>): Promise<FleetEnrolment & { readonly uid: string }>;
  describe(machineId: string, state?: Partial<FleetMachineState>): Promise<number>;
  /** The operator's row of a machine. */
  // oxlint-disable-next-line typescript/no-explicit-any
  row(machineId: string): Promise<any>;
  trade(token: string, more?: object): ReturnType<ApiClient['post']>;
}

export function fleetOf(gateway: TestGateway): TestFleet {
  const operator = bearing(gateway, OPERATOR_SECRET);
  const named = machineNames();
  return {
    operator,
    async provide(more = {}) {
      const name = `fleet-${named()}`;
      const wanted = { uid: `uid of ${name}`, name, pool: 'builders', visibility: 'SHARED', ...more };
      const team = gateway.firstRun.team.id;
      const { status, body } = await operator.post('/internal/fleet/machines', { team, ...wanted });
      assert.equal(status, 201, JSON.stringify(body));
      return { ...body, uid: wanted.uid };
    },
    async describe(machineId, state = {}) {
      const whole = { phase: 'ready', reason: '', message: '', owner: null, ...state };
      return (await operator.put(`/internal/fleet/machines/${machineId}`, whole)).status;
    },
    async row(machineId) {
      const { body } = await operator.get('/internal/fleet/machines');
      return body.machines.find((machine: { machineId: string }) => machine.machineId === machineId);
    },
    trade: (token, more = {}) =>
      bearing(gateway, token).post('/api/machines', { ...host, name: 'any name', ...more }),
  };
}
