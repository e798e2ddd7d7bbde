/** The way of events from a machine on one pod to a reader on another, through our relays. */
import { connectSocketIo } from '@spectral/proto/client';
import { FrameKind, decodeFrame, encodeFrame, parseRelayToBrowser } from '@spectral/proto/wire';
import { waitFor } from '../support/wait.ts';
import type { FakeGateway } from './fake-gateway.ts';
import type { MachineWire } from './machine-wire.ts';
import { connectTellingEnd } from './scripted-ends.ts';

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
  const machine = await connectTellingEnd(machineUrl, gateway.machineToken('machine'));
  const reader = connectReader(readerUrl, gateway.ticket('machine'), sessions);
  await waitFor('the reader to read all sessions', 10_000, () => reader.began() === sessions.length);
  return {
    send: tellOver(machine),
    delivered: reader.delivered,
    close() {
      machine.cut();
      reader.close();
    },
  };
}

/** What the machine tells is numbered over all sessions. */
function tellOver(wire: MachineWire) {
  const encoder = new TextEncoder();
  const last = { seq: 0 };
  return (channel: string, event: object) => {
    last.seq += 1;
    const payload = encoder.encode(`{"v":1,"events":[${JSON.stringify(event)}]}`);
    wire.send(encodeFrame({ kind: FrameKind.events, channel, sequence: last.seq, target: 1 }, payload));
  };
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
