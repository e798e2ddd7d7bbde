import assert from 'node:assert/strict';
import { checkHistories, type Deadline } from '../../src/checker/check-history.ts';
import type { SessionLog } from '../../src/checker/machine-log.ts';
import type { HistoryRecord } from '../../src/checker/records.ts';
import { applied, honest, readerOf, REPLACED, SESSION, turn } from '../support/histories.ts';

const LOG: SessionLog = [...turn('a'), ...turn('b', 19)];
const IN_TIME: Deadline = { at: 10_000, heads: new Map([[SESSION, LOG.length]]) };

describe('the check of a history', () => {
  it('finds nothing in a reader that applied every event live', () => {
    assert.deepEqual(found(honest(LOG)), []);
  });

  it('finds nothing when a replay merged the deltas of a message and left replaced progress out', () => {
    const replayed = [applied(LOG, 1), applied(LOG, 2), applied(LOG, 3, 12), applied(LOG, 13)];
    const live = honest(LOG).filter((record) => record.kind === 'event' && record.seq > 16);

    assert.deepEqual(found([...replayed, ...live]), []);
  });

  it('finds an event that was left out, and names its number', () => {
    assert.deepEqual(found(without(honest(LOG), 7)), ['lost 7']);
  });

  it('finds left out progress only when nothing replaced it', () => {
    const unfinished = LOG.slice(0, 16);
    const due = { ...IN_TIME, heads: new Map([[SESSION, 16]]) };

    assert.deepEqual(found(without(honest(LOG), ...REPLACED)), []);
    assert.deepEqual(found(without(honest(unfinished), 16), unfinished, due), ['not-converged 15']);
  });

  it('finds an event that was applied twice', () => {
    const records = honest(LOG).flatMap((record) => (isEvent(record, 5) ? [record, record] : [record]));

    assert.deepEqual(found(records), ['doubled 5']);
  });

  it('finds a merged event that reaches back over what was applied', () => {
    const records = honest(LOG).map((record) => (isEvent(record, 8) ? applied(LOG, 6, 8) : record));

    assert.deepEqual(found(records), ['doubled 6', 'doubled 7']);
  });

  it('finds two events that changed places', () => {
    const records = honest(LOG);
    const at = records.findIndex((record) => isEvent(record, 4));
    const swapped = [
      ...records.slice(0, at),
      ...records.slice(at, at + 2).toReversed(),
      ...records.slice(at + 2),
    ];

    assert.deepEqual(found(swapped), ['reordered 4']);
  });

  it('finds content that belongs under another number or into another log', () => {
    const other = turn('other');
    const spoilt = (seq: number, digest: string) =>
      honest(LOG).map((record) => (isEvent(record, seq) ? { ...record, digest } : record));

    assert.deepEqual(found(spoilt(6, applied(LOG, 7).digest)), ['foreign 6']);
    assert.deepEqual(found(spoilt(6, applied(other, 6).digest)), ['foreign 6']);
  });

  it('finds events beyond the end of the log', () => {
    const shorter = LOG.slice(0, 18);
    const due = { ...IN_TIME, heads: new Map([[SESSION, 18]]) };

    assert.deepEqual(found(honest(LOG).slice(0, 21), shorter, due), ['foreign 19', 'foreign 20']);
  });

  it('finds a replay that began one event too late after a break', () => {
    const again: HistoryRecord = {
      kind: 'ready',
      at: 1_012,
      channel: SESSION,
      fresh: false,
      epoch: 1,
      head: 36,
    };
    const records = [...honest(LOG).slice(0, 12), again, ...honest(LOG).slice(13)];

    assert.deepEqual(found(records), ['lost 12']);
  });

  it('finds a reader that was made to begin anew', () => {
    const [begin] = honest(LOG);
    assert.ok(begin);

    assert.deepEqual(found([...honest(LOG).slice(0, 12), begin, ...honest(LOG).slice(1)]).slice(0, 1), [
      'forgotten 11',
    ]);
  });

  it('finds a reader that stopped before the end', () => {
    assert.deepEqual(found(honest(LOG).slice(0, 20)), ['not-converged 19']);
  });

  it('finds a reader that had everything only after the deadline', () => {
    const early = { ...IN_TIME, at: 1_020 };

    assert.deepEqual(found(honest(LOG), LOG, early), ['not-converged 19']);
  });

  it('finds a reader that never saw a session it follows', () => {
    assert.deepEqual(found([]), ['not-converged 0']);
  });
});

function found(records: readonly HistoryRecord[], log = LOG, deadline = IN_TIME): string[] {
  const logs = new Map([[SESSION, log]]);
  return checkHistories(logs, [readerOf(records)], deadline).map(({ kind, seq }) => `${kind} ${seq}`);
}

function isEvent(record: HistoryRecord, seq: number): boolean {
  return record.kind === 'event' && record.seq === seq;
}

function without(records: readonly HistoryRecord[], ...numbers: readonly number[]): HistoryRecord[] {
  return records.filter((record) => record.kind !== 'event' || !numbers.includes(record.seq));
}
