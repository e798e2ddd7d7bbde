/** What the operator needs of the gateway (proto/wire/fleet.ts). Every method rejects with an OutsideError. */
import type {
  FleetEnrolment,
  FleetMachine,
  FleetMachineState,
  FleetPolicy,
  FleetPolicyResult,
  NewFleetMachine,
} from '@spectral/proto/wire';

export interface FleetGateway {
  /** A machine for this Agent and a new token for it; the Agent's earlier token ends. */
  enrol(machine: NewFleetMachine): Promise<FleetEnrolment>;
  /** What people are shown of the machine. */
  tell(machineId: string, state: FleetMachineState): Promise<void>;
  /** Every machine the gateway keeps for fleets. */
  machines(): Promise<readonly FleetMachine[]>;
  /** Ends the machine's identity for good. Fine when that was done before, or there is none. */
  revoke(machineId: string): Promise<void>;
  /** Which models the team may use from now on. */
  setPolicy(team: string, policy: FleetPolicy): Promise<FleetPolicyResult>;
}
