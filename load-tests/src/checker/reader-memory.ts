/** What a reader process finds in the file of the one before it: how far that got, and what it still waits for. */
import { readFileSync } from 'node:fs';
import type { Cursor } from '@spectral/proto/wire';
import type { HistoryRecord, PromptRecord } from './records.ts';

export interface ReaderMemory {
  /** By session: the last event applied. */
  readonly cursors: ReadonlyMap<string, Cursor>;
  /** Sent, and neither accepted nor given up. */
  readonly unsettled: readonly PromptRecord[];
  /** Prompts sent so far. */
  readonly prompts: number;
}

/** An empty memory where there is no file. */
export function remember(path: string): ReaderMemory {
  const cursors = new Map<string, Cursor>();
  const unsettled = new Map<string, PromptRecord>();
  const count = { prompts: 0 };
  for (const record of recordsIn(path)) {
    if (record.kind === 'ready') cursors.set(record.channel, continued(cursors.get(record.channel), record));
    if (record.kind === 'event') {
      const { epoch = 0 } = cursors.get(record.channel) ?? {};
      cursors.set(record.channel, { epoch, seq: record.seq });
    }
    if (record.kind === 'accepted' || record.kind === 'given-up') unsettled.delete(record.tag);
    if (record.kind !== 'sent') continue;
    count.prompts += 1;
    unsettled.set(record.tag, record);
  }
  return { cursors, unsettled: [...unsettled.values()], ...count };
}

function continued(cursor: Cursor | undefined, { epoch, fresh }: { epoch: number; fresh: boolean }): Cursor {
  return { epoch, seq: fresh ? 0 : (cursor?.seq ?? 0) };
}

function recordsIn(path: string): HistoryRecord[] {
  const lines = readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as HistoryRecord);
}
