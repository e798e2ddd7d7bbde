/** Readers of one session as a process of their own, which keeps how late each event reached each of them. */
import { sharedNow } from '../support/shared-clock.ts';
import { quantile } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { serveOrders } from '../support/worker.ts';
import { openSocketReader, type SocketReader } from './socket-reader.ts';

export interface ReadersOrder {
  readonly machineId: string;
  readonly session: string;
  readonly readers: readonly { readonly relayUrl: string; readonly ticket: string }[];
}

/** When events were due: the first at `began` on the shared clock, the others at this distance. Milliseconds. */
export interface Schedule {
  readonly began: number;
  readonly everyMs: number;
  readonly count: number;
}

/** What became of one reader. Milliseconds. */
export interface ReaderRecord {
  readonly events: number;
  /** Events whose number was not the one after the last. */
  readonly misplaced: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

interface Reader {
  readonly socket: SocketReader;
  /** On the shared clock, in the order of arrival. */
  readonly arrivals: number[];
  lastSeq: number;
  misplaced: number;
}

const readers: Reader[] = [];

serveOrders({
  async open(order: ReadersOrder) {
    for (const address of order.readers) readers.push(follow(order, address));
    await waitFor('every reader to read', 60_000, () => readers.every(({ socket }) => socket.isReading));
  },
  /** Waits until every reader has all events. */
  async finish({ schedule, limitMs }: { schedule: Schedule; limitMs: number }): Promise<ReaderRecord[]> {
    const { count } = schedule;
    await waitFor(`all readers to have event ${count}`, limitMs, () =>
      readers.every(({ lastSeq }) => lastSeq >= count),
    );
    return readers.map((reader) => recordOf(reader, schedule));
  },
});

function follow({ machineId, session }: ReadersOrder, address: ReadersOrder['readers'][number]): Reader {
  const socket = openSocketReader({ ...address, machineId }, session, ({ sequence }) => {
    if (sequence !== reader.lastSeq + 1) reader.misplaced += 1;
    reader.lastSeq = sequence;
    reader.arrivals.push(sharedNow());
  });
  const reader: Reader = { socket, arrivals: [], lastSeq: 0, misplaced: 0 };
  return reader;
}

function recordOf({ arrivals, misplaced }: Reader, { began, everyMs }: Schedule): ReaderRecord {
  const lateness = arrivals.map((at, index) => at - (began + index * everyMs));
  return {
    events: lateness.length,
    misplaced,
    p50: quantile(lateness, 0.5),
    p99: quantile(lateness, 0.99),
    slowest: Math.max(...lateness),
  };
}
