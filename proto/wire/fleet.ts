/**
 * What the operator of a fleet says to the gateway and to the relay. Both know it by a secret of its own in
 * `Authorization: Bearer …` (SPECTRAL_OPERATOR_SECRET); without one configured these routes do not exist. JSON both
 * ways; errors have body ErrorBody.
 *
 * On the gateway:
 *   POST   /internal/fleet/machines              newFleetMachine   → 201 FleetEnrolment   again for the same `uid`: a new token, the old one ends
 *   PUT    /internal/fleet/machines/:id          fleetMachineState → { ok }
 *   GET    /internal/fleet/machines                                → { machines: FleetMachine[] }
 *   DELETE /internal/fleet/machines/:id                            → { ok }               revokes; again: the same answer
 *   PUT    /internal/fleet/policies/:team        fleetPolicy       → FleetPolicyResult
 *
 * A machine that a person revoked is gone from the list, and newFleetMachine for its uid is answered 410 `gone`.
 *
 * On any relay, which asks the machine itself for the last two and answers `unknown` after CORDON_ANSWER_MS:
 *   POST   /internal/fleet/activity              activityQuery     → { machines: MachineActivity[] }
 *   POST   /internal/fleet/machines/:id/cordon   { fence }         → MachineActivity      409 stale-fence
 *   POST   /internal/fleet/machines/:id/uncordon { fence }         → MachineActivity      409 stale-fence
 */
import * as v from 'valibot';
import { fleetPhase, visibility, type FleetPhase } from './machine.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100));
const text = v.pipe(v.string(), v.maxLength(500));

export const newFleetMachine = v.object({
  /** The Agent's uid in its cluster: one machine each. */
  uid: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** Name of the machine, as people see it. */
  name,
  /** Id of a team, or its name where only one has it. */
  team: name,
  pool: name,
  visibility,
});
export type NewFleetMachine = v.InferOutput<typeof newFleetMachine>;

export interface FleetEnrolment {
  readonly machineId: string;
  /** Single-use: `spectral serve` trades it for the machine's identity (`POST /api/machines`). */
  readonly enrolmentToken: string;
  /** ISO 8601, ten minutes away. */
  readonly expiresAt: string;
}

/** What the operator tells of a machine whenever it changes. */
export const fleetMachineState = v.object({
  phase: fleetPhase,
  /** One of the condition reasons of the Agent, such as `Unschedulable`; empty when there is nothing to say. */
  reason: v.pipe(v.string(), v.maxLength(64)),
  /** For a person. */
  message: text,
  /** Email or id of the person who claimed it; null for nobody. */
  owner: v.nullable(v.pipe(v.string(), v.maxLength(254))),
});
export type FleetMachineState = v.InferOutput<typeof fleetMachineState>;

/** A machine that the gateway keeps for a fleet. */
export interface FleetMachine {
  readonly machineId: string;
  readonly uid: string;
  readonly pool: string;
  readonly phase: FleetPhase;
  /** Whether it ever traded an enrolment token. With an identity on its disk it leaves newer ones alone. */
  readonly enrolled: boolean;
  /** ISO 8601: someone sent a prompt while it was asleep; null once it is no longer asleep. */
  readonly wakeRequestedAt: string | null;
}

/** Base models a team may use: those that match an entry of `allow` and none of `deny`; `*` stands for any text. */
export const fleetPolicy = v.object({
  allow: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(200)),
  deny: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(200)),
});
export type FleetPolicy = v.InferOutput<typeof fleetPolicy>;
export interface FleetPolicyResult {
  readonly teamId: string;
  readonly granted: readonly string[];
  /** Entries that match no base model there is. */
  readonly unmatched: readonly string[];
}

/** A machine says this of itself to the relay: after every welcome, and whenever it changes. */
export const activity = v.object({
  /** Turns that run now. */
  turns: count,
  /** Prompts that wait for their turn. */
  queued: count,
  /** Prompts taken since its disk was new: 0 for a machine nobody used. */
  prompts: count,
  /** Milliseconds since 1970; null before the first turn ended. */
  lastTurnEndedAt: v.nullable(v.number()),
  /** The fence under which it takes no new turn; null while it takes them. */
  cordon: v.nullable(count),
});
export type Activity = v.InferOutput<typeof activity>;

/**
 * The relay's word on a machine. Only `drained`, and only under the asker's own fence, says that its process may end:
 * it takes no turn, none runs and none waits. `unknown`: no link, or nothing heard of it, and counts as busy.
 */
export const machineActivity = v.object({
  machineId: v.string(),
  state: v.picklist(['idle', 'busy', 'drained', 'unknown']),
  activity: v.nullable(activity),
  /** Whether a relay holds its link. With a link and `unknown` its process runs, and nothing was heard of it yet. */
  linked: v.boolean(),
  /** ISO 8601: now while it has a link, of which nothing may have been heard yet; null when it never connected. */
  lastSeenAt: v.nullable(v.string()),
});
export type MachineActivity = v.InferOutput<typeof machineActivity>;

export const activityQuery = v.object({
  machineIds: v.pipe(v.array(v.string()), v.maxLength(1_000)),
  /** The asker's own fence: a machine cordoned under another is then `busy`, not `drained`. */
  fence: v.optional(count),
});
/** Grows with every leader of the operator: what an older one asks for is refused with 409 `stale-fence`. */
export const fenced = v.object({ fence: count });

/** A relay waits this long for a machine's word on a cordon. */
export const CORDON_ANSWER_MS = 3_000;
/** A machine tells changes of its activity at most this often; what it tells last is exact. */
export const ACTIVITY_TELL_MS = 100;
/** Code of the 503 with which a cordoned machine refuses what would begin a turn. */
export const MACHINE_DRAINING = 'machine-draining';
export const ENROLMENT_TOKEN_PREFIX = 'sk-spectral-enrol-';
export const ENROLMENT_TOKEN_LIFE_MS = 600_000;
