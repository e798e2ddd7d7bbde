/** What the operator counts, as plain numbers; metrics.ts shows them. */

export interface OperatorCounters {
  /** Times the relay said that a machine could not be drained yet. */
  cordonsRefused: number;
  /** Pods deleted although a turn may have run: after a deletion by a person and the drainTimeout. */
  forcedKills: number;
  hibernations: number;
  podsStarted: number;
  podsDeleted: number;
  agentsCreated: number;
  agentsRetired: number;
  claimsBound: number;
  machinesRevoked: number;
  statusWrites: number;
}

export function createCounters(): OperatorCounters {
  return {
    cordonsRefused: 0,
    forcedKills: 0,
    hibernations: 0,
    podsStarted: 0,
    podsDeleted: 0,
    agentsCreated: 0,
    agentsRetired: 0,
    claimsBound: 0,
    machinesRevoked: 0,
    statusWrites: 0,
  };
}
