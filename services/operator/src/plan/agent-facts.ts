/** What was found of one machine: the whole input of its plan. */
import type { FleetMachine, MachineActivity } from '@spectral/proto/wire';
import type { Existing } from '../cluster/index.ts';
import type { Agent, AgentClaim, AgentPool, AgentTemplate, Pod, VolumeClaim } from '../kinds/index.ts';
import type { Reason } from './reasons.ts';

export interface AgentFacts {
  readonly agent: Existing<Agent>;
  /** The pool it names; null when it names none, or there is none. */
  readonly pool: Existing<AgentPool> | null;
  /** The template it is built from; null when there is none that can be used. */
  readonly template: Existing<AgentTemplate> | null;
  /** Of the template as it is now (objects/revision.ts). */
  readonly revision: string | null;
  /** The template's NetworkPolicy is in the cluster as wanted. */
  readonly isFenced: boolean;
  /** The disruption budget that covers its pod is in the cluster. */
  readonly isGuarded: boolean;
  /** Pods it controls: one at most, if all is well. */
  readonly pods: readonly Existing<Pod>[];
  readonly volume: Existing<VolumeClaim> | null;
  /** The relay's latest word, not older than a few seconds; null when the relay gave none. */
  readonly activity: MachineActivity | null;
  /** The gateway's latest word; null when it keeps no machine of this uid, `unknown` when it did not answer. */
  readonly fleet: FleetMachine | null | 'unknown';
  /** The claim that its claimRef names, by uid. */
  readonly claim: Existing<AgentClaim> | null;
  /** What the cluster or the gateway refused a moment ago, and until when not to ask again. */
  readonly obstacle: Obstacle | null;
  /** Whether it is its turn to take a new revision, among the machines of its pool (update-turns.ts). */
  readonly mayUpdate: boolean;
  /** Too many machines of its pool failed lately. */
  readonly poolStalled: boolean;
  /** Of the present leader. */
  readonly fence: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Obstacle {
  readonly reason: Reason;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}
