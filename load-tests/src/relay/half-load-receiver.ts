/** Readers as a process of their own, behind the relay and on direct sockets: how long after it was due each event came. */
import type { AddressInfo } from 'node:net';
import { decodeFrame, payloadText, type DataFrame } from '@spectral/proto/wire';
import { WebSocketServer } from 'ws';
import { sharedNow } from '../support/shared-clock.ts';
import { quantile } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { serveOrders } from '../support/worker.ts';
import { openSocketReader, type SocketReader } from './socket-reader.ts';

export interface ReceiversOrder {
  readonly relayUrl: string;
  readonly readers: readonly {
    readonly machineId: string;
    readonly ticket: string;
    readonly session: string;
  }[];
}

/** Milliseconds from the moment an event was due. */
export interface Received {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

const readers: SocketReader[] = [];
const latencies: number[] = [];

serveOrders({
  listen,
  async open({ relayUrl, readers: order }: ReceiversOrder) {
    for (const { session, ...address } of order) {
      readers.push(openSocketReader({ relayUrl, ...address }, session, receive));
    }
    await waitFor('every reader to read', 10_000, () => readers.every(({ isReading }) => isReading));
  },
  forget: () => void (latencies.length = 0),
  /** What came since `forget`, when it is this many or the time is over. */
  async collect({ count, limitMs }: { count: number; limitMs: number }): Promise<Received> {
    await waitFor('the events', limitMs, () => latencies.length >= count, 5).catch(() => {});
    return {
      count: latencies.length,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      slowest: quantile(latencies, 1),
    };
  },
});

/** Takes direct connections; resolves with where. */
async function listen(): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (data: Buffer) => receive(decodeFrame(data))));
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function receive({ payload }: DataFrame): void {
  const { events } = JSON.parse(payloadText(payload)) as { events: { at: number }[] };
  const now = sharedNow();
  for (const { at } of events) latencies.push(now - at);
}
