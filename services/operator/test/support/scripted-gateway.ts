/** The gateway's part in a fleet, in memory: machines, their tokens, and what people are told. */
import { ENROLMENT_TOKEN_LIFE_MS, ENROLMENT_TOKEN_PREFIX } from '@spectral/proto/wire';
import type { FleetMachine, FleetMachineState } from '@spectral/proto/wire';
import type { FleetGateway } from '../../src/outside/fleet-gateway.ts';
import { OutsideError } from '../../src/outside/outside-error.ts';

export interface KeptMachine {
  readonly machineId: string;
  readonly uid: string;
  readonly name: string;
  readonly pool: string;
  readonly state: FleetMachineState | null;
  readonly enrolled: boolean;
  readonly revoked: boolean;
  readonly wakeRequestedAt: string | null;
}

export interface ScriptedGateway extends FleetGateway {
  /** Every machine there ever was. */
  readonly kept: ReadonlyMap<string, KeptMachine>;
  /** Calls that changed something. */
  readonly writes: readonly string[];
  /** A process trades a token for its machine's id; null when the token is used, ended or unknown. */
  trade(token: string): string | null;
  isRevoked(machineId: string): boolean;
  /** Somebody sends a prompt to a machine that sleeps. */
  wake(machineId: string): void;
  /** While it is away every call fails. */
  away: boolean;
}

export function createScriptedGateway(now: () => number): ScriptedGateway {
  const kept = new Map<string, KeptMachine>();
  const tokens = new Map<string, { readonly machineId: string; readonly endsAt: number }>();
  const writes: string[] = [];
  let made = 0;

  const reached = (what: string) => {
    if (gateway.away) throw new OutsideError('unreachable', 'the gateway is away');
    if (what) writes.push(what);
  };
  const change = (machineId: string, facts: Partial<KeptMachine>) => {
    const machine = kept.get(machineId);
    if (machine) kept.set(machineId, { ...machine, ...facts });
  };
  const gateway: ScriptedGateway = {
    kept,
    writes,
    away: false,
    async enrol({ uid, name, pool }) {
      reached(`enrol ${uid}`);
      const known = [...kept.values()].find((machine) => machine.uid === uid);
      if (known?.revoked) throw new OutsideError('refused', 'that machine was revoked');
      made += 1;
      const machineId = known?.machineId ?? `machine-${made}`;
      const fresh = {
        machineId,
        uid,
        name,
        pool,
        state: null,
        enrolled: false,
        revoked: false,
        wakeRequestedAt: null,
      };
      if (!known) kept.set(machineId, fresh);
      for (const [token, { machineId: of }] of tokens) if (of === machineId) tokens.delete(token);
      const enrolmentToken = `${ENROLMENT_TOKEN_PREFIX}${made}`;
      const endsAt = now() + ENROLMENT_TOKEN_LIFE_MS;
      tokens.set(enrolmentToken, { machineId, endsAt });
      return { machineId, enrolmentToken, expiresAt: new Date(endsAt).toISOString() };
    },
    async tell(machineId, state) {
      reached(`tell ${machineId} ${state.phase} ${state.reason}`);
      const isAsleep = state.phase === 'asleep';
      change(machineId, { state, ...(isAsleep ? {} : { wakeRequestedAt: null }) });
    },
    async machines() {
      reached('');
      return [...kept.values()].filter(({ revoked }) => !revoked).map(asFleetMachine);
    },
    async revoke(machineId) {
      reached(`revoke ${machineId}`);
      change(machineId, { revoked: true });
    },
    async setPolicy(team, { allow }) {
      reached(`policy ${team}`);
      return { teamId: team, granted: allow, unmatched: [] };
    },
    trade(token) {
      const found = tokens.get(token);
      tokens.delete(token);
      if (!found || found.endsAt <= now() || kept.get(found.machineId)?.revoked) return null;
      change(found.machineId, { enrolled: true });
      return found.machineId;
    },
    isRevoked: (machineId) => kept.get(machineId)?.revoked ?? true,
    wake: (machineId) => change(machineId, { wakeRequestedAt: new Date(now()).toISOString() }),
  };
  return gateway;
}

function asFleetMachine({
  machineId,
  uid,
  pool,
  state,
  enrolled,
  wakeRequestedAt,
}: KeptMachine): FleetMachine {
  return { machineId, uid, pool, phase: state?.phase ?? 'starting', enrolled, wakeRequestedAt };
}
