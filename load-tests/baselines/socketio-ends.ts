/** The machine and the reader of the baseline: plain Socket.IO clients. */
import { io, type Socket } from 'socket.io-client';
import type { EventWay } from '../src/relay/event-fan-out-way.ts';

interface Words {
  event(session: string, event: object): void;
  read(session: string, reading: () => void): void;
}

/** A machine on the pod at `machineUrl`, a reader of these sessions on the pod at `readerUrl`. */
export async function openBaselineWay(
  machineUrl: string,
  readerUrl: string,
  sessions: readonly string[],
): Promise<EventWay> {
  const [machine, reader] = await Promise.all([connect(machineUrl), connect(readerUrl)]);
  const count = { delivered: 0 };
  reader.on('event', () => {
    count.delivered += 1;
  });
  await Promise.all(
    sessions.map((session) => new Promise<void>((resolve) => reader.emit('read', session, resolve))),
  );
  return {
    send: (session, event) => void machine.emit('event', session, event),
    delivered: () => count.delivered,
    close() {
      machine.disconnect();
      reader.disconnect();
    },
  };
}

async function connect(url: string): Promise<Socket<Words, Words>> {
  const socket: Socket<Words, Words> = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}
