/** The way of events from a machine on one pod to a reader on another, through our relays. */
import { connectSocketIo } from '@spectral/proto/client';
import {
  FrameFlag,
  FrameGatherer,
  FrameKind,
  MACHINE_LINK_PATH,
  MACHINE_SUBPROTOCOL,
  decodeFrame,
  encodeFrame,
  parseRelayToBrowser,
  parseRelayToMachine,
} from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait.ts';
import type { FakeGateway } from './fake-gateway.ts';

/** A machine and its one reader, whatever is between. */
export interface EventWay {
  /** The machine tells one event of a session, or what it gathered of it as one. */
  send(session: string, event: object): void;
  /** Events that reached the reader so far. */
  delivered(): number;
  close(): void;
}

/** A machine on the pod at `machineUrl`, a reader of these sessions on the pod at `readerUrl`. */
export async function openRelayWay(
  gateway: FakeGateway,
  machineUrl: string,
  readerUrl: string,
  sessions: readonly string[],
): Promise<EventWay> {
  const machine = await connectMachine(machineUrl, gateway.machineToken('machine'));
  const reader = connectReader(readerUrl, gateway.ticket('machine'), sessions);
  await waitFor('the reader to read all sessions', 10_000, () => reader.began() === sessions.length);
  return {
    send: machine.send,
    delivered: reader.delivered,
    close() {
      machine.close();
      reader.close();
    },
  };
}

async function connectMachine(relayUrl: string, token: string) {
  const socket = new WebSocket(relayUrl.replace('http', 'ws') + MACHINE_LINK_PATH, MACHINE_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const welcome = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('error', reject);
  });
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) answerControl(socket, data.toString());
  });
  await welcome;
  const encoder = new TextEncoder();
  const last = { seq: 0 };
  const gatherer = new FrameGatherer((message) => socket.send(message));
  return {
    send(channel: string, event: object) {
      last.seq += 1;
      const payload = encoder.encode(`{"v":1,"events":[${JSON.stringify(event)}]}`);
      gatherer.add(encodeFrame({ kind: FrameKind.events, channel, sequence: last.seq, target: 1 }, payload));
    },
    close: () => socket.terminate(),
  };
}

/** An opened channel begins with an empty history. */
function answerControl(socket: WebSocket, text: string): void {
  const control = parseRelayToMachine(text);
  if (control.kind === 'ping') socket.send(JSON.stringify({ kind: 'pong' }));
  if (control.kind !== 'open') return;
  const { peer, channel } = control;
  socket.send(encodeFrame({ kind: FrameKind.snapshot, flags: FrameFlag.final, target: peer, channel }));
}

function connectReader(relayUrl: string, ticket: string, sessions: readonly string[]) {
  const counts = { began: 0, delivered: 0 };
  const socket = connectSocketIo(
    { relayUrl, machineId: 'machine', ticket },
    {
      onControl(text) {
        const control = parseRelayToBrowser(text);
        const isThere =
          (control.kind === 'welcome' && control.machine.online) ||
          (control.kind === 'presence' && control.online);
        if (control.kind === 'gap') throw new Error('the reader was too slow for what it was sent');
        if (!isThere) return;
        const cursor = { epoch: 0, seq: 0 };
        for (const channel of sessions) socket.sendControl(JSON.stringify({ kind: 'open', channel, cursor }));
      },
      onData(bytes) {
        const { kind } = decodeFrame(bytes);
        if (kind === FrameKind.snapshot) counts.began += 1;
        if (kind === FrameKind.events) counts.delivered += 1;
      },
      onHeard() {},
      onEnd() {},
    },
  );
  return { began: () => counts.began, delivered: () => counts.delivered, close: () => socket.close() };
}
