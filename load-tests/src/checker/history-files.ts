/** Follows the files readers write, while they write them. */
import { closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import type { HistoryRecord } from './records.ts';

export interface HistoryFile {
  /** All records so far; grows with `readOn`. */
  readonly records: readonly HistoryRecord[];
  /** Number of the last event applied in a channel; 0 for none. */
  positionIn(channel: string): number;
  /** `digestOfLists` of what the reader shows; null before the first snapshot. */
  shownLists(): string | null;
  /** Prompts that were sent and neither accepted nor given up. */
  unsettledPrompts(): number;
  /** Takes in what was written since. */
  readOn(): void;
  /** The writer was killed: a line that it did not end never was. */
  mend(): void;
}

export function followHistory(path: string): HistoryFile {
  const records: HistoryRecord[] = [];
  const positions = new Map<string, number>();
  const unsettled = new Set<string>();
  const state = { offset: 0, rest: Buffer.alloc(0), shown: null as string | null };
  const take = (record: HistoryRecord) => {
    records.push(record);
    if (record.kind === 'event') positions.set(record.channel, record.seq);
    if (record.kind === 'lists') state.shown = record.shown;
    if (record.kind === 'sent') unsettled.add(record.tag);
    if (record.kind === 'accepted' || record.kind === 'given-up') unsettled.delete(record.tag);
  };
  const readOn = () => {
    const fresh = readFrom(path, state.offset);
    state.offset += fresh.length;
    const bytes = Buffer.concat([state.rest, fresh]);
    const end = bytes.lastIndexOf('\n') + 1;
    state.rest = bytes.subarray(end);
    for (const line of bytes.subarray(0, end).toString().split('\n'))
      if (line) take(JSON.parse(line) as HistoryRecord);
  };
  return {
    records,
    shownLists: () => state.shown,
    positionIn: (channel) => positions.get(channel) ?? 0,
    unsettledPrompts: () => unsettled.size,
    readOn,
    mend() {
      readOn();
      state.offset -= state.rest.length;
      state.rest = Buffer.alloc(0);
      truncateSync(path, state.offset);
    },
  };
}

function readFrom(path: string, offset: number): Buffer {
  const descriptor = openSync(path, 'a+');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - offset));
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(descriptor);
  }
}
