/**
 * Whether a machine or a person still stands: asked by relays, answered by the gateway at `POST /internal/standing`
 * with the service secret as bearer. The database is the judge; announcements only say when to ask.
 */
import * as v from 'valibot';

export const standingQuestion = v.object({
  machines: v.pipe(
    v.array(v.object({ machineId: v.string(), registration: v.number(), keyId: v.nullable(v.string()) })),
    v.maxLength(5000),
  ),
  people: v.pipe(
    v.array(v.object({ userId: v.string(), machineId: v.string(), loginId: v.string() })),
    v.maxLength(5000),
  ),
});
export type StandingQuestion = v.InferOutput<typeof standingQuestion>;

/** Why something no longer stands. `newer`: a later registration took the machine's name. */
export const fall = v.picklist(['revoked', 'newer', 'key-ended', 'forbidden', 'login-ended', 'unknown']);
export type Fall = v.InferOutput<typeof fall>;

/** Verdicts in the order of the question; null: it stands. */
export const standingAnswer = v.object({
  machines: v.array(v.nullable(v.object({ reason: fall, newerHost: v.optional(v.string()) }))),
  people: v.array(v.nullable(v.object({ reason: fall }))),
});
export type StandingAnswer = v.InferOutput<typeof standingAnswer>;

export const STANDING_PATH = '/internal/standing';
