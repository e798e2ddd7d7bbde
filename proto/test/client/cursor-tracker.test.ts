import assert from 'node:assert/strict';
import {
  eventsArrived,
  headArrived,
  MAX_HELD_EVENTS,
  newTracker,
  opened,
  snapshotArrived,
  type Place,
  type SnapshotPiece,
  type Step,
  type Tracker,
} from '../../client/cursor-tracker.ts';

const EPOCH = 3;

describe('cursor tracker', () => {
  it('holds live events back until the snapshot has begun, then applies both in order', () => {
    const before = eventsArrived(newTracker(), live(3, 4));
    const after = snapshotArrived(before.tracker, answer(0, [1, 2]));

    assert.deepEqual([applied(before), applied(after)], [[], [1, 2, 3, 4]]);
    assert.deepEqual(after.tracker.cursor, { epoch: EPOCH, seq: 4 });
  });

  it('fills across pieces, and skips numbers only inside a snapshot', () => {
    const first = snapshotArrived(newTracker(), { ...answer(0, [1, 4], 6), final: false });
    const second = snapshotArrived(first.tracker, { ...piece(6, [9], 9), final: true });

    assert.deepEqual([applied(first), applied(second), second.tracker.phase], [[1, 4], [9], 'live']);
    assert.equal(second.tracker.cursor.seq, 9);
  });

  it('asks again when a piece in the middle went missing', () => {
    const first = snapshotArrived(newTracker(), { ...answer(0, [1, 2], 2), final: false });
    const third = snapshotArrived(first.tracker, piece(4, [5, 6], 6));

    assert.deepEqual([applied(third), third.reopen, third.tracker.cursor.seq], [[], true, 2]);
  });

  it('drops what it has, in whole frames and in parts of frames', () => {
    const tracker = liveAt(5);

    assert.deepEqual(applied(eventsArrived(tracker, live(4, 5))), []);
    assert.deepEqual(applied(eventsArrived(tracker, live(4, 5, 6))), [6]);
  });

  it('asks again at once for a hole, and applies what it held when the hole is filled', () => {
    const hole = eventsArrived(liveAt(5), live(8));
    const filled = eventsArrived(hole.tracker, live(6, 7));

    assert.equal(hole.reopen, true);
    assert.deepEqual([applied(filled), filled.reopen], [[6, 7, 8], false]);
  });

  it('never applies a merged event of which it has a part', () => {
    const step = eventsArrived(liveAt(5), { epoch: EPOCH, events: [{ first: 4, seq: 7 }] });

    assert.deepEqual([applied(step), step.reopen, step.tracker.cursor.seq], [[], true, 5]);
  });

  it('asks again when a late snapshot overlaps what it has with a merged event', () => {
    const late = { ...answer(3, []), events: [{ first: 4, seq: 7 }], sequence: 7 };
    const step = snapshotArrived(opened(liveAt(5)), late);

    assert.deepEqual([applied(step), step.reopen, step.tracker.cursor.seq], [[], true, 5]);
  });

  it('asks again for a head beyond its cursor, not for one it has reached', () => {
    assert.equal(headArrived(liveAt(5), { epoch: EPOCH, seq: 6 }).reopen, true);
    assert.equal(headArrived(liveAt(5), { epoch: EPOCH, seq: 5 }).reopen, false);
    assert.equal(headArrived(opened(liveAt(5)), { epoch: EPOCH, seq: 6 }).reopen, false);
  });

  it('forgets everything for a log of another epoch', () => {
    const step = snapshotArrived(opened(liveAt(5)), { ...answer(0, [1, 2]), ready: start(0, 2, EPOCH + 1) });

    assert.deepEqual([step.reset, applied(step)], [true, [1, 2]]);
    assert.deepEqual(step.tracker.cursor, { epoch: EPOCH + 1, seq: 2 });
  });

  it('applies no live event of another epoch, and takes one that tells none', () => {
    const other = eventsArrived(liveAt(5), { epoch: EPOCH + 1, events: places(6) });
    const untold = eventsArrived(liveAt(5), { epoch: 0, events: places(6) });

    assert.deepEqual([applied(other), other.reopen], [[], true]);
    assert.deepEqual(applied(untold), [6]);
  });

  it('applies no piece of a snapshot of another epoch', () => {
    const step = snapshotArrived(liveAt(5), { ...piece(5, [6]), epoch: EPOCH + 1 });

    assert.deepEqual([applied(step), step.reopen], [[], true]);
  });

  it('keeps what it has when a snapshot from the beginning comes late', () => {
    const step = snapshotArrived(liveAt(2), answer(0, [1, 2, 3]));

    assert.deepEqual([step.reset, applied(step)], [false, [3]]);
  });

  it('forgets when the machine has less than the reader in the same epoch', () => {
    const step = snapshotArrived(opened(liveAt(5)), answer(0, [1, 2]));

    assert.deepEqual([step.reset, applied(step)], [true, [1, 2]]);
  });

  it('leaves out a snapshot that begins beyond its cursor: it answers somebody who had more', () => {
    const step = snapshotArrived(newTracker(), answer(10, [11]));

    assert.deepEqual([applied(step), step.reopen, step.tracker.phase], [[], false, 'opening']);
  });

  it('begins anew with each whole snapshot, whatever it has', () => {
    const step = snapshotArrived(liveAt(5), { ...answer(0, [], 4), ready: { ...start(0, 4), whole: true } });

    assert.deepEqual([step.reset, step.tracker.cursor.seq], [true, 4]);
  });

  it('holds a bounded number of events and asks again for those it had to drop', () => {
    const many = Array.from({ length: MAX_HELD_EVENTS }, (_, index) => index + 10);
    const full = eventsArrived(newTracker<Place>(), live(...many));
    const over = eventsArrived(full.tracker, live(MAX_HELD_EVENTS + 10));
    const filled = snapshotArrived(over.tracker, answer(0, [9]));

    assert.equal(over.tracker.heldEvents, MAX_HELD_EVENTS);
    assert.deepEqual([applied(filled).length, filled.reopen], [MAX_HELD_EVENTS + 1, true]);
  });
});

function places(...numbers: readonly number[]): Place[] {
  return numbers.map((seq) => ({ seq }));
}

function live(...numbers: readonly number[]) {
  return { epoch: EPOCH, events: places(...numbers) };
}

function start(from: number, head: number, epoch = EPOCH) {
  return { epoch, from, head, whole: false };
}

function piece(
  from: number,
  numbers: readonly number[],
  sequence = numbers.at(-1) ?? from,
): SnapshotPiece<Place> {
  return { ready: null, epoch: 0, from, events: places(...numbers), sequence, final: true };
}

/** A snapshot of one piece. */
function answer(
  from: number,
  numbers: readonly number[],
  head = numbers.at(-1) ?? from,
): SnapshotPiece<Place> {
  return { ...piece(from, numbers, head), ready: start(from, head) };
}

function liveAt(seq: number): Tracker<Place> {
  return { ...newTracker<Place>({ epoch: EPOCH, seq }), phase: 'live' };
}

function applied(step: Step<Place>): number[] {
  return step.apply.map(({ seq }) => seq);
}
