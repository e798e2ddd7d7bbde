/** Gateway and relay as one operator reaches them: while it lives, and to change anything only while it leads. */
import type { Leader } from '../../src/cluster/index.ts';
import type { FleetGateway } from '../../src/outside/fleet-gateway.ts';
import { OutsideError } from '../../src/outside/outside-error.ts';
import type { TurnJudge } from '../../src/outside/turn-judge.ts';
import type { FatefulLife } from './fateful-life.ts';

const failures = {
  unreachable: () => new OutsideError('unreachable', 'the call or its answer never arrived'),
  conflict: () => new OutsideError('unreachable', 'the service was busy'),
};

export function livingGateway(gateway: FleetGateway, leader: Leader, life: FatefulLife): FleetGateway {
  const change = <T>(verb: string, name: string, perform: () => Promise<T>) =>
    asLeader(leader, () => life.change({ verb, kind: 'gateway', name }, failures, perform));
  return {
    machines: () => life.read(() => gateway.machines()),
    enrol: (machine) => change('enrol', machine.name, () => gateway.enrol(machine)),
    tell: (machineId, state) => change('tell', machineId, () => gateway.tell(machineId, state)),
    revoke: (machineId) => change('revoke', machineId, () => gateway.revoke(machineId)),
    setPolicy: (team, policy) => change('setPolicy', team, () => gateway.setPolicy(team, policy)),
  };
}

export function livingRelay(relay: TurnJudge, leader: Leader, life: FatefulLife): TurnJudge {
  const change = <T>(verb: string, name: string, perform: () => Promise<T>) =>
    asLeader(leader, () => life.change({ verb, kind: 'relay', name }, failures, perform));
  return {
    activity: (machineIds) => life.read(() => relay.activity(machineIds)),
    cordon: (machineId, fence) => change('cordon', machineId, () => relay.cordon(machineId, fence)),
    uncordon: (machineId, fence) => change('uncordon', machineId, () => relay.uncordon(machineId, fence)),
  };
}

async function asLeader<T>(leader: Leader, call: () => Promise<T>): Promise<T> {
  leader.assertLeading();
  return call();
}
