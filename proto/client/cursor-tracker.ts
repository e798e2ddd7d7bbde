/**
 * Applies a channel's numbered events exactly once and in order, whatever arrives. Pure: frames in, steps out.
 *
 *   opening ──first piece (ready)──▶ filling ──final piece──▶ live
 *      ▲                                │                       │
 *      └───────── opened() ◀── a hole, a gap, a head beyond, another epoch: the step says `reopen`
 *
 * The rule: an event is applied when the cursor stands right before it. Older ones are dropped, later ones are held
 * back (up to a bound) until the snapshot has filled the hole, and what cannot be filled is asked for again.
 */
import type { Cursor } from '../wire/index.ts';

/** The place of an event in its log: it stands for the numbers `first ?? seq`…`seq`. */
export interface Place {
  readonly seq: number;
  readonly first?: number | undefined;
}

/** Held events of live frames while a snapshot is on its way; beyond it they are dropped and asked for again. */
export const MAX_HELD_EVENTS = 4_096;

export interface Tracker<E extends Place> {
  readonly cursor: Cursor;
  readonly phase: 'opening' | 'filling' | 'live';
  /** Live frames beyond the cursor, in order of arrival. */
  readonly held: readonly EventsFrame<E>[];
  readonly heldEvents: number;
  /** A held frame had to be dropped, so a hole is certain. */
  readonly overflowed: boolean;
}

/** What the first piece of a snapshot says of the log. */
export interface SnapshotStart {
  readonly epoch: number;
  /** The history begins after this number. */
  readonly from: number;
  readonly head: number;
  /** The snapshot is the whole state: whatever the reader has, it forgets. */
  readonly whole: boolean;
}

/** A piece of a snapshot. */
export interface SnapshotPiece<E> {
  /** Present in the first piece. */
  readonly ready: SnapshotStart | null;
  /** 0: not told. */
  readonly epoch: number;
  /** The number this piece begins after; null when the machine does not say. */
  readonly from: number | null;
  readonly events: readonly E[];
  /** The cursor after this piece. */
  readonly sequence: number;
  readonly final: boolean;
}

/** Live events without holes between them. `epoch` 0: not told. */
export interface EventsFrame<E> {
  readonly epoch: number;
  readonly events: readonly E[];
}

/** What a frame made of the tracker. In this order: forget everything if `reset`, apply, open again if `reopen`. */
export interface Step<E extends Place> {
  readonly tracker: Tracker<E>;
  readonly reset: boolean;
  readonly apply: readonly E[];
  readonly reopen: boolean;
}

export function newTracker<E extends Place>(cursor: Cursor = { epoch: 0, seq: 0 }): Tracker<E> {
  return { cursor, phase: 'opening', held: [], heldEvents: 0, overflowed: false };
}

/** The channel is opened (again) from the tracker's cursor. Live frames of before are asked for again anyway. */
export function opened<E extends Place>(tracker: Tracker<E>): Tracker<E> {
  return newTracker(tracker.cursor);
}

/** A piece that answers no open of this cursor is left out: the answer is still to come. */
export function snapshotArrived<E extends Place>(tracker: Tracker<E>, piece: SnapshotPiece<E>): Step<E> {
  const begun = piece.ready ? begin(tracker, piece.ready) : { tracker, reset: false };
  const { cursor, phase } = begun.tracker;
  if (phase === 'opening') return nothing(tracker);
  if (!joins(piece, begun.tracker)) return wish(begun.tracker, begun.reset);
  const { applied, seq, torn } = take(cursor.seq, piece.events, { skips: true });
  const at = { ...cursor, seq: torn ? seq : Math.max(seq, piece.sequence) };
  const filled: Tracker<E> = { ...begun.tracker, cursor: at, phase: piece.final ? 'live' : phase };
  if (torn) return { ...wish(filled, begun.reset), apply: applied };
  return drained({ tracker: filled, reset: begun.reset, apply: applied, reopen: false });
}

export function eventsArrived<E extends Place>(tracker: Tracker<E>, frame: EventsFrame<E>): Step<E> {
  if (tracker.phase === 'opening') return nothing(hold(tracker, frame));
  if (isOfOtherEpoch(tracker, frame.epoch)) return wish(tracker);
  return drained(nothing(hold(tracker, frame)));
}

/** The machine says where its log ends. While a snapshot is on its way it is on its way there as well. */
export function headArrived<E extends Place>(
  tracker: Tracker<E>,
  head: { epoch: number; seq: number },
): Step<E> {
  if (tracker.phase !== 'live') return nothing(tracker);
  return isOfOtherEpoch(tracker, head.epoch) || head.seq > tracker.cursor.seq
    ? wish(tracker)
    : nothing(tracker);
}

/** First piece: continue at the cursor, or forget and begin anew. Pieces that begin beyond the cursor are no answer. */
function begin<E extends Place>(
  tracker: Tracker<E>,
  ready: SnapshotStart,
): { readonly tracker: Tracker<E>; readonly reset: boolean } {
  const { cursor } = tracker;
  if (mustForget(cursor, ready)) {
    return { tracker: { ...tracker, cursor: { epoch: ready.epoch, seq: 0 }, phase: 'filling' }, reset: true };
  }
  const isAnswer = ready.epoch === cursor.epoch && ready.from <= cursor.seq;
  return { tracker: { ...tracker, phase: isAnswer ? 'filling' : 'opening' }, reset: false };
}

function mustForget(cursor: Cursor, { epoch, from, head, whole }: SnapshotStart): boolean {
  return whole || (from === 0 && (cursor.seq === 0 || epoch !== cursor.epoch || head < cursor.seq));
}

/** Whether no piece went missing before this one. A piece that does not say is trusted only in its order. */
function joins<E extends Place>(piece: SnapshotPiece<E>, { cursor, phase }: Tracker<E>): boolean {
  if (isOfOtherEpoch({ cursor }, piece.epoch)) return false;
  return piece.from === null ? phase === 'filling' : piece.from <= cursor.seq;
}

/** Applies held frames as far as they join; a hole that remains once the snapshot is through is asked for again. */
function drained<E extends Place>(step: Step<E>): Step<E> {
  const { cursor, held, phase, overflowed } = step.tracker;
  if (held.some(({ epoch }) => isOfOtherEpoch(step.tracker, epoch)))
    return { ...wish(step.tracker, step.reset), apply: step.apply };
  const apply = [...step.apply];
  const rest: EventsFrame<E>[] = [];
  let seq = cursor.seq;
  for (const frame of held.toSorted((one, other) => endOf(one) - endOf(other))) {
    const taken = take(seq, frame.events, { skips: false });
    apply.push(...taken.applied);
    seq = taken.seq;
    if (taken.torn) rest.push(frame);
  }
  const tracker = withHeld({ ...step.tracker, cursor: { ...cursor, seq } }, rest);
  return { ...step, tracker, apply, reopen: phase === 'live' && (rest.length > 0 || overflowed) };
}

/**
 * The events that join at `from`, and where the cursor stands then. `torn`: the next one does not join, because it
 * begins beyond the next number (unless `skips` allows that) or stands for numbers partly applied already.
 */
function take<E extends Place>(from: number, events: readonly E[], { skips }: { readonly skips: boolean }) {
  const applied: E[] = [];
  let seq = from;
  for (const event of events) {
    if (event.seq <= seq) continue;
    const first = event.first ?? event.seq;
    if (first <= seq || (first > seq + 1 && !skips)) return { applied, seq, torn: true };
    applied.push(event);
    seq = event.seq;
  }
  return { applied, seq, torn: false };
}

function hold<E extends Place>(tracker: Tracker<E>, frame: EventsFrame<E>): Tracker<E> {
  if (endOf(frame) <= tracker.cursor.seq && tracker.phase !== 'opening') return tracker;
  if (tracker.heldEvents + frame.events.length > MAX_HELD_EVENTS) return { ...tracker, overflowed: true };
  return withHeld(tracker, [...tracker.held, frame]);
}

function withHeld<E extends Place>(tracker: Tracker<E>, held: readonly EventsFrame<E>[]): Tracker<E> {
  return { ...tracker, held, heldEvents: held.reduce((sum, { events }) => sum + events.length, 0) };
}

function endOf({ events }: EventsFrame<Place>): number {
  return events.at(-1)?.seq ?? 0;
}

function isOfOtherEpoch({ cursor }: { readonly cursor: Cursor }, epoch: number): boolean {
  return epoch !== 0 && epoch !== cursor.epoch;
}

function nothing<E extends Place>(tracker: Tracker<E>): Step<E> {
  return { tracker, reset: false, apply: [], reopen: false };
}

function wish<E extends Place>(tracker: Tracker<E>, reset = false): Step<E> {
  return { tracker, reset, apply: [], reopen: true };
}
