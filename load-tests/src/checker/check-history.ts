/**
 * The judgement: what each reader applied, held against the machines' own logs. Pure, so that histories with known
 * faults can be put before it.
 */
import { digestOfRange, replaceableNumbers, type SessionLog } from './machine-log.ts';
import type { EventRecord, HistoryRecord } from './records.ts';
import type { Violation, ViolationKind } from './violation.ts';

export interface ReaderHistory {
  readonly name: string;
  /** The sessions it follows. */
  readonly channels: readonly string[];
  readonly records: readonly HistoryRecord[];
}

/** By when readers must have had what. */
export interface Deadline {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of each session: the number that a reader must have reached then. */
  readonly heads: ReadonlyMap<string, number>;
}

interface Channel {
  readonly id: string;
  readonly log: SessionLog;
  readonly replaceable: ReadonlySet<number>;
}

/** Violations of all readers, in order of time. */
export function checkHistories(
  logs: ReadonlyMap<string, SessionLog>,
  readers: readonly ReaderHistory[],
  deadline: Deadline,
): Violation[] {
  const channels = new Map<string, Channel>();
  for (const [id, log] of logs) channels.set(id, { id, log, replaceable: replaceableNumbers(log) });
  return readers
    .flatMap((reader) =>
      reader.channels.flatMap((id) => {
        const channel = channels.get(id) ?? { id, log: [], replaceable: new Set<number>() };
        const records = reader.records.filter((record) => 'channel' in record && record.channel === id);
        return [
          ...sequenceFaults(reader.name, channel, records),
          ...contentFaults(reader.name, channel, records),
          ...latenessFaults(reader.name, channel, records, deadline),
        ];
      }),
    )
    .toSorted((a, b) => a.at - b.at);
}

function eventsIn(records: readonly HistoryRecord[]): EventRecord[] {
  return records.filter((record) => record.kind === 'event');
}

/** Each number once and in order; only what a replay may leave out may be missing. */
function sequenceFaults(reader: string, channel: Channel, records: readonly HistoryRecord[]): Violation[] {
  const faults: Violation[] = [];
  const everApplied = numbersOf(eventsIn(records));
  const applied = new Set<number>();
  let last = 0;
  for (const record of records) {
    const found = (kind: ViolationKind, seq: number, message: string) =>
      faults.push({ kind, at: record.at, reader, channel: channel.id, seq, message });
    if (record.kind === 'ready' && record.fresh && last > 0)
      found('forgotten', last, `had everything up to ${last} and was made to begin anew`);
    if (record.kind !== 'event') continue;
    for (let seq = last + 1; seq < record.first; seq++) {
      if (everApplied.has(seq) || channel.replaceable.has(seq)) continue;
      found('lost', seq, `after ${last} came ${record.first}`);
    }
    for (let seq = record.first; seq <= Math.min(record.seq, last); seq++) {
      if (applied.has(seq)) found('doubled', seq, `was applied before; the last applied was ${last}`);
      else if (!channel.replaceable.has(seq)) found('reordered', seq, `came after ${last}`);
    }
    for (let seq = record.first; seq <= record.seq; seq++) applied.add(seq);
    last = Math.max(last, record.seq);
  }
  return faults;
}

function numbersOf(events: readonly EventRecord[]): Set<number> {
  const numbers = new Set<number>();
  for (const { first, seq } of events) for (let number = first; number <= seq; number++) numbers.add(number);
  return numbers;
}

/** What stands under a number is what the log holds there. */
function contentFaults(reader: string, { id, log }: Channel, records: readonly HistoryRecord[]): Violation[] {
  return eventsIn(records)
    .filter(({ first, seq, digest }) => digestOfRange(log, first, seq) !== digest)
    .map(({ at, first, seq, type }) => {
      const expected = log[seq - 1];
      const message = expected
        ? `the log holds ${expected.type} there; a ${type} with other content came (numbers ${first} to ${seq})`
        : `the log ends at ${log.length}; a ${type} came`;
      return { kind: 'foreign', at, reader, channel: id, seq, message };
    });
}

/** Everything due was there at the deadline, and the whole log in the end. */
function latenessFaults(
  reader: string,
  { id, log }: Channel,
  records: readonly HistoryRecord[],
  deadline: Deadline,
): Violation[] {
  const events = eventsIn(records);
  const inTime = events.findLast(({ at }) => at <= deadline.at)?.seq ?? 0;
  const inTheEnd = events.at(-1)?.seq ?? 0;
  const due = deadline.heads.get(id) ?? log.length;
  const late = (seq: number, message: string): Violation[] => [
    { kind: 'not-converged', at: deadline.at, reader, channel: id, seq, message },
  ];
  if (inTheEnd < log.length) return late(inTheEnd, `stands at ${inTheEnd} of ${log.length} in the end`);
  if (inTime < due) return late(inTime, `stood at ${inTime} of ${due} when it was due; later it had all`);
  return [];
}
