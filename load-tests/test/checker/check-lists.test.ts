import assert from 'node:assert/strict';
import { checkLists, type FinalLists } from '../../src/checker/check-lists.ts';
import type { HistoryRecord, ListsRecord } from '../../src/checker/records.ts';

const MACHINE = 'machine-0';
const DEADLINE = 2_000;

describe('the check of lists', () => {
  it('finds nothing in readers that got a snapshot and every change, also of a daemon that began anew', () => {
    const first = [snapshot(1, 3), change(1, 4), change(1, 5)];
    const second = [snapshot(1, 4), change(1, 5), snapshot(2, 0), change(2, 1)];

    assert.deepEqual(found([first], endingWith(first)), []);
    assert.deepEqual(
      found(
        [first, second].map((records) => [...records, snapshot(2, 1)]),
        END,
      ),
      [],
    );
  });

  it('finds a change that was left out, and one that came twice', () => {
    const skipping = [snapshot(1, 3), change(1, 5)];
    const doubling = [snapshot(1, 3), change(1, 4), change(1, 4)];

    assert.deepEqual(found([skipping], endingWith(skipping)), ['lost 5']);
    assert.deepEqual(found([doubling], endingWith(doubling)), ['doubled 4']);
  });

  it('finds a step back, and a new run of the daemon without its snapshot', () => {
    const back = [snapshot(2, 3), snapshot(1, 9)];
    const unannounced = [snapshot(1, 3), change(2, 4)];

    assert.deepEqual(found([back], endingWith(back)), ['forgotten 9']);
    assert.deepEqual(found([unannounced], endingWith(unannounced)), ['lost 4']);
  });

  it('finds two readers that got different things under one number', () => {
    const one = [snapshot(1, 3), change(1, 4)];
    const other = [snapshot(1, 3), { ...change(1, 4), digest: 'something else' }];

    assert.deepEqual(found([one, other], endingWith(one)), ['foreign 4']);
  });

  it('finds a reader that does not show what the machine has, or did so too late', () => {
    const records = [snapshot(1, 3), change(1, 4)];
    const late = [snapshot(1, 3), { ...change(1, 4), at: DEADLINE + 1 }];

    assert.deepEqual(found([records], { digest: 'other lists', since: 0 }), ['not-converged 4']);
    assert.deepEqual(found([late], endingWith(late)), ['not-converged 4']);
    assert.deepEqual(found([[]], endingWith(records)), ['not-converged 0']);
  });
});

const END: FinalLists = { digest: 'lists of 2 1', since: 0 };

function snapshot(epoch: number, seq: number): ListsRecord {
  return { ...change(epoch, seq), type: 'machine_ready' };
}

function change(epoch: number, seq: number): ListsRecord {
  const [digest, shown] = [`change ${epoch} ${seq}`, `lists of ${epoch} ${seq}`];
  return { kind: 'lists', at: 1_000, epoch, seq, type: 'session_changed', digest, shown };
}

function endingWith(records: readonly ListsRecord[]): FinalLists {
  return { digest: records.at(-1)?.shown ?? '', since: 0 };
}

function found(histories: readonly (readonly HistoryRecord[])[], final: FinalLists): string[] {
  const readers = histories.map((records, index) => ({ name: `reader-${index}`, machine: MACHINE, records }));
  return checkLists(readers, new Map([[MACHINE, final]]), DEADLINE).map(({ kind, seq }) => `${kind} ${seq}`);
}
