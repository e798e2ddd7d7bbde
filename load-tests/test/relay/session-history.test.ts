import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FrameFlag, decodeFrame, payloadText } from '@spectral/proto/wire';
import { eventOf } from '../../src/relay/scripted-event.ts';
import { SessionHistory } from '../../src/relay/session-history.ts';

describe('the history of a scripted session', () => {
  it('tells events with the numbers from 1', () => {
    const history = new SessionHistory(randomUUID());

    const frames = [history.append(eventOf(300), 1), history.append(eventOf(300), 2)].map(decodeFrame);

    assert.deepEqual(
      frames.map(({ sequence }) => sequence),
      [1, 2],
    );
    assert.deepEqual(frames.flatMap(numbersIn), [1, 2]);
  });

  it('replays what lies behind a cursor, in pieces of which the last says so', () => {
    const history = historyOf(100, 10_000);

    const pieces = [...history.replay(7, { epoch: 1, seq: 40 })].map(decodeFrame);

    assert.ok(pieces.length > 1);
    assert.deepEqual(
      pieces.flatMap(numbersIn),
      Array.from({ length: 60 }, (_, index) => 41 + index),
    );
    assert.deepEqual(
      pieces.map(({ flags }) => flags === FrameFlag.final),
      pieces.map((_, index) => index === pieces.length - 1),
    );
  });

  it('answers a reader that has everything with one empty piece', () => {
    const history = historyOf(3, 300);

    const pieces = [...history.replay(7, { epoch: 1, seq: 3 })].map(decodeFrame);

    assert.deepEqual(pieces.map(numbersIn), [[]]);
  });

  it('begins again for a cursor of another epoch', () => {
    const pieces = [...historyOf(3, 300).replay(7, { epoch: 2, seq: 3 })].map(decodeFrame);

    assert.deepEqual(pieces.flatMap(numbersIn), [1, 2, 3]);
  });
});

function historyOf(events: number, bytes: number): SessionHistory {
  const history = new SessionHistory(randomUUID());
  for (let index = 0; index < events; index++) history.append(eventOf(bytes), index);
  return history;
}

function numbersIn({ payload }: { payload: Uint8Array }): number[] {
  const { events } = JSON.parse(payloadText(payload)) as { events: { seq: number }[] };
  return events.map(({ seq }) => seq);
}
