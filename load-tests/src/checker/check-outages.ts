/** While all of Redis is away, a machine and a reader on the same relay go on as if nothing were. Pure. */
import type { ReaderHistory } from './check-history.ts';
import type { SessionLog } from './machine-log.ts';
import type { EventRecord } from './records.ts';
import type { Strike } from './strike.ts';
import type { Violation } from './violation.ts';

/** Between a machine's writing of an event and the reader's applying it: what two busy processes may take. */
const KEEPING_UP_MS = 3_000;
/** Events of the outage's last moments may come when it is over. */
const EDGE_MS = 4_000;

/** Outages in which somebody was watched, with the events that came through during each. */
export interface WatchedOutage {
  readonly reader: string;
  readonly events: number;
}

export function watchedOutages(
  strikes: readonly Strike[],
  readers: readonly ReaderHistory[],
): WatchedOutage[] {
  return outagesOf(strikes).map(({ reader, from, to }) => ({
    reader,
    events: appliedBy(readers, reader).filter(({ at }) => at >= from && at <= to).length,
  }));
}

/** Violations: events that a reader beside its machine did not get, or an outage in which none came at all. */
export function checkOutages(
  strikes: readonly Strike[],
  readers: readonly ReaderHistory[],
  logs: ReadonlyMap<string, SessionLog>,
): Violation[] {
  return outagesOf(strikes).flatMap(({ reader, from, to }) => {
    const channels = readers.find(({ name }) => name === reader)?.channels ?? [];
    const stalled = (at: number, channel: string, seq: number, message: string): Violation => ({
      kind: 'stalled',
      at,
      reader,
      channel,
      seq,
      message,
    });
    const written = channels.flatMap((channel) =>
      (logs.get(channel) ?? [])
        .filter(({ at }) => at >= from && at <= to - EDGE_MS)
        .map(({ at, seq }) => ({ at, seq, channel })),
    );
    if (written.length === 0)
      return [stalled(from, channels[0] ?? '', 0, 'nothing was written all through an outage of Redis')];
    const applied = appliedBy(readers, reader).filter(({ at }) => at >= from);
    const late = written.find(
      ({ at, seq, channel }) => appliedAt(applied, channel, seq) > at + KEEPING_UP_MS,
    );
    if (!late) return [];
    const message = `was written beside this reader during an outage of Redis, and was not there ${KEEPING_UP_MS / 1000} s later`;
    return [stalled(late.at, late.channel, late.seq, message)];
  });
}

function outagesOf(strikes: readonly Strike[]) {
  return strikes.flatMap(({ together, beganAt, endedAt }) =>
    together ? [{ reader: together.reader, from: beganAt, to: endedAt }] : [],
  );
}

function appliedBy(readers: readonly ReaderHistory[], name: string): EventRecord[] {
  const records = readers.find((reader) => reader.name === name)?.records ?? [];
  return records.filter((record) => record.kind === 'event');
}

/** What a replay left out counts as applied with the event after it. */
function appliedAt(applied: readonly EventRecord[], channel: string, seq: number): number {
  const found = applied.find((event) => event.channel === channel && event.seq >= seq);
  return found?.at ?? Number.POSITIVE_INFINITY;
}
