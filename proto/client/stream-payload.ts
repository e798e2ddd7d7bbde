/**
 * Reads payloads of SNAPSHOT and EVENTS frames. An event of an unknown type or shape keeps its place and says nothing,
 * so that a reader can follow a newer machine.
 */
import * as v from 'valibot';
import {
  BadInput,
  machineEvent,
  machineReady,
  numbering,
  parse,
  parseJson,
  payloadText,
  sessionEvent,
  sessionReady,
  type MachineEvent,
  type MachineReady,
  type Numbered,
  type SessionEvent,
  type SessionReady,
} from '../wire/index.ts';
import type { Place, SnapshotStart } from './cursor-tracker.ts';

/** An event at its place, or the place of one that this client does not know. */
export interface Placed<E> extends Place {
  readonly event: E | null;
}

export interface StreamPayload<R, E> {
  readonly ready: R | null;
  /** The log's epoch; null when not told. */
  readonly epoch: number | null;
  /** The number a snapshot piece begins after; null when not told. */
  readonly from: number | null;
  readonly events: readonly Placed<E>[];
}

/** How payloads of one kind of channel are read. */
export interface StreamFormat<R, E> {
  /** Throws BadInput. */
  read(payload: Uint8Array): StreamPayload<R, E>;
  startOf(ready: R): SnapshotStart;
}

const envelope = v.object({
  v: v.literal(1),
  epoch: v.optional(v.number()),
  from: v.optional(v.number()),
  ready: v.optional(v.unknown()),
  events: v.array(v.unknown()),
});

export const sessionStream: StreamFormat<SessionReady, Numbered<SessionEvent>> = {
  read: (payload) => readStream(payload, sessionReady, isSessionEvent),
  startOf: ({ epoch, from, head }) => ({ epoch, from, head, whole: false }),
};

/** The machine channel's first piece holds the whole lists. */
export const machineStream: StreamFormat<MachineReady, Numbered<MachineEvent>> = {
  read: (payload) => readStream(payload, machineReady, isMachineEvent),
  startOf: ({ epoch, head }) => ({ epoch, from: 0, head, whole: true }),
};

function readStream<R, E>(
  payload: Uint8Array,
  ready: v.GenericSchema<unknown, R>,
  isKnown: (event: unknown) => event is E,
): StreamPayload<R, E> {
  const stream = parseJson(envelope, payloadText(payload), 'stream');
  return {
    ready: stream.ready === undefined ? null : parse(ready, stream.ready, 'ready'),
    epoch: stream.epoch ?? null,
    from: stream.from ?? null,
    events: stream.events.map((event) => ({ ...placeOf(event), event: isKnown(event) ? event : null })),
  };
}

/** Throws BadInput for an event without a number: the stream cannot be followed past it. */
function placeOf(event: unknown): Place {
  if (!v.is(numbering, event)) throw new BadInput('stream: expected events with "seq" and "at"', 'events');
  return event.first === undefined ? { seq: event.seq } : { seq: event.seq, first: event.first };
}

/** Whether this client knows the event. */
export function isSessionEvent(event: unknown): event is Numbered<SessionEvent> {
  return v.is(numbering, event) && v.is(sessionEvent, event);
}

function isMachineEvent(event: unknown): event is Numbered<MachineEvent> {
  return v.is(numbering, event) && v.is(machineEvent, event);
}
