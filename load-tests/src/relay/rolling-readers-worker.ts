/** Readers as a process of their own: the real client follows a session each, asks now and then, and keeps what it was shown. */
import {
  connectMachine,
  connectSocketIo,
  type ConnectSocket,
  type ConnectionState,
  type MachineClient,
} from '@spectral/proto/client';
import { sharedNow } from '../support/shared-clock.ts';
import { waitFor } from '../support/wait.ts';
import { serveOrders } from '../support/worker.ts';
import type { ConnectRecord } from './rolling-machines-worker.ts';

export interface RollingReadersOrder {
  readonly relayUrl: string;
  readonly readers: readonly {
    readonly machineId: string;
    readonly ticket: string;
    readonly session: string;
  }[];
}

export interface RollingReaderRecord extends ConnectRecord {
  /** The longest that the client showed each state but `live`, in milliseconds. */
  readonly longestMs: Readonly<Record<string, number>>;
  /** How late the latest of its events came, in milliseconds. */
  readonly latestMs: number;
  /** Events whose number was not the one after the last. */
  readonly misplaced: number;
}

export interface CallsRecord {
  readonly calls: number;
  /** What each failed call said. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

interface Reader {
  readonly client: MachineClient;
  readonly record: ConnectRecord;
  readonly longestMs: Record<string, number>;
  shown: { readonly kind: ConnectionState['kind']; readonly since: number };
  latestMs: number;
  lastSeq: number;
  misplaced: number;
}

const readers: Reader[] = [];
const calls: {
  timer: NodeJS.Timeout | undefined;
  readonly made: Promise<number>[];
  readonly failures: string[];
} = {
  timer: undefined,
  made: [],
  failures: [],
};

serveOrders({
  async open({ relayUrl, readers: order }: RollingReadersOrder) {
    for (const each of order) readers.push(startReader(relayUrl, each));
    await waitFor('all readers to be live', 60_000, () =>
      readers.every(({ client }) => client.state.kind === 'live'),
    );
  },
  call({ perSecond }: { perSecond: number }) {
    calls.timer = setInterval(() => calls.made.push(callOnce(calls.made.length)), 1_000 / perSecond);
  },
  async stopCalls(): Promise<CallsRecord> {
    clearInterval(calls.timer);
    const times = await Promise.all(calls.made);
    return { calls: times.length, failures: calls.failures, slowestMs: Math.max(...times) };
  },
  /** Waits until each reader has all that its machine told. */
  async finish({ told, limitMs }: { told: number[]; limitMs: number }): Promise<RollingReaderRecord[]> {
    const hasAll = () => readers.every(({ lastSeq }, index) => lastSeq >= (told[index] ?? 0));
    await waitFor('all readers to have all events', limitMs, hasAll);
    return readers.map(({ record, longestMs, latestMs, misplaced }) => ({
      ...record,
      longestMs,
      latestMs,
      misplaced,
    }));
  },
});

async function callOnce(number: number): Promise<number> {
  const began = sharedNow();
  const client = readers[number % readers.length]?.client;
  await client?.request('POST', '/measured').catch((error: unknown) => calls.failures.push(String(error)));
  return sharedNow() - began;
}

function startReader(
  relayUrl: string,
  { machineId, ticket, session }: RollingReadersOrder['readers'][number],
): Reader {
  const record: ConnectRecord = { connectedAt: [], refusals: [] };
  const client = connectMachine({
    machineId,
    getTicket: () => Promise.resolve({ ticket, relayUrl }),
    connect: recorded(record),
    onState: ({ kind }) => show(reader, kind),
  });
  const reader: Reader = {
    client,
    record,
    longestMs: {},
    shown: { kind: 'connecting', since: sharedNow() },
    latestMs: 0,
    lastSeq: 0,
    misplaced: 0,
  };
  client.openSession(session, {
    onReady() {},
    onEvents(events) {
      for (const { seq, first = seq, at } of events) {
        if (first !== reader.lastSeq + 1) reader.misplaced += 1;
        reader.lastSeq = seq;
        reader.latestMs = Math.max(reader.latestMs, sharedNow() - at);
      }
    },
  });
  return reader;
}

function show(reader: Reader, kind: ConnectionState['kind']): void {
  const { shown, longestMs } = reader;
  const now = sharedNow();
  if (shown.kind !== 'live') longestMs[shown.kind] = Math.max(longestMs[shown.kind] ?? 0, now - shown.since);
  reader.shown = { kind, since: now };
}

/** The real client's socket; its connects and refusals are kept. */
function recorded(record: ConnectRecord): ConnectSocket {
  return (address, events) => {
    const state = { isWelcome: false };
    return connectSocketIo(address, {
      ...events,
      onControl(text) {
        if (!state.isWelcome) record.connectedAt.push(sharedNow());
        state.isWelcome = true;
        events.onControl(text);
      },
      onEnd(end) {
        if (!state.isWelcome) record.refusals.push(end.message);
        events.onEnd(end);
      },
    });
  };
}
