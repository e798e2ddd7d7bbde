/** What every reconciler works with. */
import type { Logger } from '@spectral/common';
import type { Cluster, EventRecorder, Expectations, Leader, Timers } from '../cluster/index.ts';
import type { FleetGateway } from '../outside/fleet-gateway.ts';
import type { TurnJudge } from '../outside/turn-judge.ts';
import type { OperatorCounters } from '../counters.ts';
import type { Freshness } from './freshness.ts';
import type { Guards } from './guards.ts';
import type { Polls } from './polls.ts';
import type { StatusWriter } from './status-writer.ts';
import type { Teller } from './teller.ts';
import type { World } from './world.ts';

export interface Kit {
  /** Changes things for the leader only. */
  readonly cluster: Cluster;
  readonly world: World;
  readonly gateway: FleetGateway;
  readonly relay: TurnJudge;
  readonly leader: Leader;
  readonly polls: Polls;
  readonly freshness: Freshness;
  readonly expectations: Expectations;
  readonly statuses: StatusWriter;
  readonly teller: Teller;
  readonly guards: Guards;
  readonly events: EventRecorder;
  readonly counters: OperatorCounters;
  readonly timers: Timers;
  readonly log: Logger;
  /** Where machines reach the gateway. */
  readonly agentGatewayUrl: string;
  /** Where the gateway and the relay run. */
  readonly homeNamespace: string;
}

/** After so long a plan that waits for the watches looks again, should an event be missed. */
export const RECHECK_MS = 1_000;

/** The earliest of some waits; nothing when there is none. */
export function soonest(...waits: readonly (number | null)[]): number | undefined {
  const real = waits.filter((wait) => wait !== null);
  return real.length === 0 ? undefined : Math.max(0, Math.min(...real));
}
