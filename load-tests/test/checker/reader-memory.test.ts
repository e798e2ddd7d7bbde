import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followHistory } from '../../src/checker/history-files.ts';
import { remember } from '../../src/checker/reader-memory.ts';
import type { HistoryRecord } from '../../src/checker/records.ts';

const AT = { at: 1_000, channel: 'session' };
const SENT: HistoryRecord = { kind: 'sent', ...AT, tag: 'a', key: 'key-a', seed: 7 };

describe('the memory of a reader', () => {
  let directory = '';
  let file = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'spectral-memory-'));
    file = join(directory, 'reader.ndjson');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is empty before the first record', () => {
    assert.deepEqual(remember(file), { cursors: new Map(), unsettled: [], prompts: 0 });
  });

  it('holds where each session stands, and the prompts without an answer', () => {
    write(ready(true), event(1), event(2), ready(false), event(3), SENT);
    write({ kind: 'sent', ...AT, tag: 'b' }, { kind: 'accepted', ...AT, tag: 'b', promptId: 'id' });

    const { cursors, prompts, unsettled } = remember(file);

    assert.deepEqual(cursors.get('session'), { epoch: 4, seq: 3 });
    assert.deepEqual([prompts, unsettled], [2, [SENT]]);
  });

  it('does not hold a line that the process before could not end', () => {
    write(ready(true), event(1));
    appendFileSync(file, JSON.stringify(event(2)).slice(0, 20));
    const history = followHistory(file);

    history.mend();
    write(event(2));
    history.readOn();

    assert.deepEqual(remember(file).cursors.get('session'), { epoch: 4, seq: 2 });
    assert.equal(history.positionIn('session'), 2);
  });

  function write(...records: readonly HistoryRecord[]): void {
    for (const record of records) appendFileSync(file, `${JSON.stringify(record)}\n`);
  }
});

function ready(fresh: boolean): HistoryRecord {
  return { kind: 'ready', ...AT, epoch: 4, head: 9, fresh };
}

function event(seq: number): HistoryRecord {
  return { kind: 'event', ...AT, first: seq, seq, type: 'text_delta', digest: 'd' };
}
