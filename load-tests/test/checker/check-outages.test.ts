import assert from 'node:assert/strict';
import { checkOutages, watchedOutages } from '../../src/checker/check-outages.ts';
import type { Strike } from '../../src/checker/strike.ts';
import { applied, honest, readerOf, SESSION, turn } from '../support/histories.ts';

/** Its events are written from 1,001 ms on, one each millisecond, and applied 1 ms later. */
const LOG = turn('a');
const LOGS = new Map([[SESSION, LOG]]);

describe('the check of outages', () => {
  it('finds nothing when the reader beside its machine went on', () => {
    assert.deepEqual(checkOutages([outage(1_000)], [readerOf(honest(LOG))], LOGS), []);
    assert.deepEqual(watchedOutages([outage(1_000)], [readerOf(honest(LOG))]), [
      { reader: 'reader', events: LOG.length },
    ]);
  });

  it('finds a reader that got the rest only when Redis was back', () => {
    const late = honest(LOG).map((record, index) => (index > 5 ? { ...record, at: 31_500 } : record));

    assert.deepEqual(found(late), ['stalled 6']);
  });

  it('finds a reader that got nothing more', () => {
    assert.deepEqual(found(honest(LOG).slice(0, 4)), ['stalled 4']);
  });

  it('finds an outage in which nothing happened that could have been seen', () => {
    assert.deepEqual(found(honest(LOG), 50_000), ['stalled 0']);
  });

  it('takes an event that a replay left out as there with the next one', () => {
    const merged = [...honest(LOG).slice(0, 3), applied(LOG, 3, 12), ...honest(LOG).slice(13)];

    assert.deepEqual(found(merged), []);
  });

  it('judges nobody when nobody could be brought beside a machine', () => {
    assert.deepEqual(checkOutages([{ ...outage(1_000), together: null }], [readerOf([])], LOGS), []);
  });
});

function outage(beganAt: number): Strike {
  const fault = { kind: 'redis-outage', target: 0, atMs: 0, ms: 30_000 } as const;
  const together = { machine: 'machine', reader: 'reader' };
  return { fault, beganAt, endedAt: beganAt + 30_000, together };
}

function found(records: ReturnType<typeof honest>, beganAt = 1_000): string[] {
  const faults = checkOutages([outage(beganAt)], [readerOf(records)], LOGS);
  return faults.map(({ kind, seq }) => `${kind} ${seq}`);
}
