/** Projects and sessions of a machine, and the machine channel that keeps every tab's lists true. */
import * as v from 'valibot';
import {
  actor,
  numbering,
  sessionEvent,
  tokenUsage,
  type Numbered,
  type SessionEvent,
} from './session-events.ts';

export const projectInfo = v.object({
  id: v.string(),
  name: v.string(),
  /** Absolute path on the machine. */
  path: v.string(),
  /** False when the directory is gone. */
  exists: v.boolean(),
  studioProjectId: v.nullable(v.string()),
  /** ISO 8601. */
  createdAt: v.string(),
  updatedAt: v.string(),
});
export type ProjectInfo = v.InferOutput<typeof projectInfo>;

export const loopInfo = v.object({
  iteration: v.number(),
  max: v.number(),
  goal: v.string(),
  stopping: v.boolean(),
});
export type LoopInfo = v.InferOutput<typeof loopInfo>;

export const sessionInfo = v.object({
  id: v.string(),
  projectId: v.string(),
  title: v.string(),
  status: v.picklist(['idle', 'running', 'interrupted', 'failed']),
  /** The model of the next prompt that names none; null: the team's first. */
  modelId: v.nullable(v.string()),
  /** Who created it. */
  actor: v.nullable(actor),
  forkedFrom: v.nullable(v.string()),
  loop: v.nullable(loopInfo),
  queued: v.number(),
  /** Prompts and answers so far. */
  messages: v.number(),
  usage: tokenUsage,
  /** Number of the log's last event. */
  head: v.number(),
  createdAt: v.string(),
  updatedAt: v.string(),
});
export type SessionInfo = v.InferOutput<typeof sessionInfo>;

export const machineEvent = v.variant('type', [
  v.object({ type: v.literal('project_changed'), project: projectInfo }),
  v.object({ type: v.literal('project_deleted'), projectId: v.string() }),
  v.object({ type: v.literal('session_created'), session: sessionInfo }),
  v.object({ type: v.literal('session_changed'), session: sessionInfo }),
  v.object({ type: v.literal('session_renamed'), sessionId: v.string(), title: v.string() }),
  v.object({ type: v.literal('session_deleted'), sessionId: v.string(), projectId: v.string() }),
]);
export type MachineEvent = v.InferOutput<typeof machineEvent>;

/** First event after attaching to a session: the events `from`+1…`head` follow in the same snapshot. */
export const sessionReady = v.object({
  type: v.literal('session_ready'),
  session: sessionInfo,
  /**
   * The log's epoch. It grows when a machine came back without events that readers may have seen (power loss, a
   * restored disk). A reader of another epoch is answered from 0.
   */
  epoch: v.number(),
  /** The history begins after this number: the reader's cursor, or 0 when it must forget what it has. */
  from: v.number(),
  head: v.number(),
  /** The running turn, whose events so far are in the history; null while idle. */
  currentTurn: v.nullable(v.object({ turnId: v.string(), first: v.number() })),
});
export type SessionReady = v.InferOutput<typeof sessionReady>;

/** First event after attaching to the machine channel: the whole lists. */
export const machineReady = v.object({
  type: v.literal('machine_ready'),
  epoch: v.number(),
  head: v.number(),
  version: v.string(),
  hostname: v.string(),
  home: v.string(),
  projects: v.array(projectInfo),
  sessions: v.array(sessionInfo),
});
export type MachineReady = v.InferOutput<typeof machineReady>;

/**
 * Payload of SNAPSHOT and EVENTS frames on a session's channel. `ready` stands in the first piece of a snapshot.
 * `epoch` and `from` stand in every piece of a snapshot: the log's epoch, and the number the piece begins after, which
 * is the header's sequence of the piece before. Numbers may be skipped inside a piece, so only `from` tells a reader
 * that a piece went missing.
 */
export const sessionPayload = v.object({
  v: v.literal(1),
  epoch: v.optional(v.number()),
  from: v.optional(v.number()),
  ready: v.optional(sessionReady),
  events: v.array(v.intersect([numbering, sessionEvent])),
});
export interface SessionPayload {
  readonly v: 1;
  readonly epoch?: number | undefined;
  readonly from?: number | undefined;
  readonly ready?: SessionReady | undefined;
  readonly events: readonly Numbered<SessionEvent>[];
}

/** The same on the machine channel. */
export const machinePayload = v.object({
  v: v.literal(1),
  epoch: v.optional(v.number()),
  from: v.optional(v.number()),
  ready: v.optional(machineReady),
  events: v.array(v.intersect([numbering, machineEvent])),
});
export interface MachinePayload {
  readonly v: 1;
  readonly epoch?: number | undefined;
  readonly from?: number | undefined;
  readonly ready?: MachineReady | undefined;
  readonly events: readonly Numbered<MachineEvent>[];
}
