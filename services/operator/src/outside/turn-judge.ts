/** The relay, as the only judge of whether a machine is busy (proto/wire/fleet.ts). Every method rejects with an OutsideError. */
import type { MachineActivity } from '@spectral/proto/wire';

export interface TurnJudge {
  /** What is known of each of up to 1,000 machines. */
  activity(machineIds: readonly string[]): Promise<readonly MachineActivity[]>;
  /** The machine takes no new turn from now on; `drained` once none runs or waits. */
  cordon(machineId: string, fence: number): Promise<MachineActivity>;
  /** It takes turns again. */
  uncordon(machineId: string, fence: number): Promise<MachineActivity>;
}
