/**
 * The judgement of machines' lists (projects and sessions), which are numbered anew with each run of a daemon and kept
 * nowhere: each reader got every change once and in order, all of them the same ones, and shows in the end what the
 * machine has. Pure.
 */
import type { HistoryRecord, ListsRecord } from './records.ts';
import type { Violation, ViolationKind } from './violation.ts';

export interface ListsReader {
  readonly name: string;
  readonly machine: string;
  readonly records: readonly HistoryRecord[];
}

/** What a machine has in the end, and since when nothing in it changed, in milliseconds since 1970. */
export interface FinalLists {
  readonly digest: string;
  readonly since: number;
}

const CHANNEL = 'lists';

/** Violations of all readers, by reader. `final` holds each machine by its name. Late: not there at `deadline`. */
export function checkLists(
  readers: readonly ListsReader[],
  final: ReadonlyMap<string, FinalLists>,
  deadline: number,
): Violation[] {
  const known = new Map<string, string>();
  return readers.flatMap(({ name, machine, records }) => {
    const lists = records.filter((record) => record.kind === 'lists');
    const own = final.get(machine);
    return [
      ...orderFaults(name, lists),
      ...contentFaults(name, machine, lists, known),
      ...(own ? endFaults(name, lists, own, deadline) : []),
    ];
  });
}

function orderFaults(reader: string, lists: readonly ListsRecord[]): Violation[] {
  const faults: Violation[] = [];
  const last = { epoch: 0, seq: 0 };
  for (const { at, epoch, seq, type } of lists) {
    const found = (kind: ViolationKind, message: string) =>
      faults.push({ kind, at, reader, channel: CHANNEL, seq, message });
    const place = `change ${seq} of run ${epoch}, after ${last.seq} of run ${last.epoch}`;
    const isSnapshot = type === 'machine_ready';
    if (epoch < last.epoch || (isSnapshot && epoch === last.epoch && seq < last.seq))
      found('forgotten', `went back: ${place}`);
    else if (!isSnapshot && epoch > last.epoch) found('lost', `no snapshot of this run came: ${place}`);
    else if (!isSnapshot && seq <= last.seq) found('doubled', `came again: ${place}`);
    else if (!isSnapshot && seq > last.seq + 1) found('lost', `something is missing: ${place}`);
    last.epoch = epoch;
    last.seq = seq;
  }
  return faults;
}

/** One number of one run is one change, whoever sees it. */
function contentFaults(
  reader: string,
  machine: string,
  lists: readonly ListsRecord[],
  known: Map<string, string>,
): Violation[] {
  const faults: Violation[] = [];
  for (const { at, epoch, seq, type, digest } of lists) {
    if (type === 'machine_ready') continue;
    const place = `${machine} ${epoch} ${seq}`;
    const seen = known.get(place) ?? digest;
    known.set(place, seen);
    if (seen === digest) continue;
    const message = `a ${type} came that is not what another reader got under this number`;
    faults.push({ kind: 'foreign', at, reader, channel: CHANNEL, seq, message });
  }
  return faults;
}

function endFaults(
  reader: string,
  lists: readonly ListsRecord[],
  { digest, since }: FinalLists,
  deadline: number,
): Violation[] {
  const late = (seq: number, message: string): Violation[] => [
    { kind: 'not-converged', at: deadline, reader, channel: CHANNEL, seq, message },
  ];
  const last = lists.at(-1);
  if (last?.shown !== digest) return late(last?.seq ?? 0, 'does not show in the end what the machine has');
  const firstRight = lists[lists.findLastIndex(({ shown }) => shown !== digest) + 1];
  if (!firstRight || since > deadline || firstRight.at <= deadline) return [];
  return late(firstRight.seq, 'showed what the machine has, but only after it was due');
}
