/** The gateway's fleet routes over HTTP. Only the leader may change anything there. */
import * as v from 'valibot';
import { fleetPhase, type FleetMachine } from '@spectral/proto/wire';
import type { Leader } from '../cluster/index.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { createCaller, type CallerParts } from './http-caller.ts';

const text = v.string();
const enrolment = v.object({ machineId: text, enrolmentToken: text, expiresAt: text });
const machine: v.GenericSchema<unknown, FleetMachine> = v.object({
  machineId: text,
  uid: text,
  pool: text,
  phase: fleetPhase,
  enrolled: v.boolean(),
  wakeRequestedAt: v.nullable(text),
});
const machines = v.object({ machines: v.array(machine) });
const policyResult = v.object({ teamId: text, granted: v.array(text), unmatched: v.array(text) });
const nothing = v.unknown();

const PATH = '/internal/fleet';

export function createHttpGateway(
  parts: Omit<CallerParts, 'name'>,
  leader: Pick<Leader, 'assertLeading'>,
): FleetGateway {
  const call = createCaller({ ...parts, name: 'gateway' });
  return {
    async enrol(body) {
      leader.assertLeading();
      return call({ method: 'POST', path: `${PATH}/machines`, body, answer: enrolment });
    },
    async tell(machineId, body) {
      leader.assertLeading();
      await call({
        method: 'PUT',
        path: `${PATH}/machines/${encodeURIComponent(machineId)}`,
        body,
        answer: nothing,
      });
    },
    machines: async () =>
      (await call({ method: 'GET', path: `${PATH}/machines`, answer: machines })).machines,
    async revoke(machineId) {
      leader.assertLeading();
      const path = `${PATH}/machines/${encodeURIComponent(machineId)}`;
      await call({ method: 'DELETE', path, answer: nothing, absent: {} });
    },
    async setPolicy(team, body) {
      leader.assertLeading();
      const path = `${PATH}/policies/${encodeURIComponent(team)}`;
      return call({ method: 'PUT', path, body, answer: policyResult });
    },
  };
}
