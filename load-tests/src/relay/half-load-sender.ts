/** Machines as a process of their own: they send events when these are due, whatever became of the ones before. */
import { FrameFlag, FrameKind, encodeFrame } from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedNow } from '../support/shared-clock.ts';
import { quantile, seeded } from '../support/statistics.ts';
import { serveOrders } from '../support/worker.ts';
import { openMachineWire } from './machine-wire.ts';
import { eventOf } from './scripted-event.ts';

export interface SendersOrder {
  readonly relayUrl: string;
  readonly machines: readonly { readonly token: string; readonly session: string }[];
  /** Of the receiver itself, for the direct way. */
  readonly directUrl: string;
}

export interface Load {
  readonly way: 'relay' | 'direct';
  /** Events of all machines together. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
  readonly eventBytes: number;
}

export interface Sent {
  readonly count: number;
  /** How late the sender itself was, in milliseconds. */
  readonly lateP99: number;
}

type Send = (frame: Uint8Array) => void;

const sessions: string[] = [];
const ways: Record<Load['way'], Send[]> = { relay: [], direct: [] };

serveOrders({
  async connect({ relayUrl, machines, directUrl }: SendersOrder) {
    for (const { token, session } of machines) {
      sessions.push(session);
      ways.relay.push(await connectMachine(relayUrl, token));
      ways.direct.push(await connectDirectly(directUrl));
    }
  },
  send: sendOpenLoop,
});

function connectMachine(relayUrl: string, token: string): Promise<Send> {
  return new Promise((resolve, reject) => {
    openMachineWire(relayUrl, token, {
      control(wire, control) {
        if (control.kind === 'welcome') resolve((frame) => wire.send(frame));
        if (control.kind !== 'open') return;
        const { peer, channel } = control;
        wire.send(encodeFrame({ kind: FrameKind.snapshot, flags: FrameFlag.final, target: peer, channel }));
      },
      data() {},
      ended: (_wire, why) => reject(new Error(`a machine's link ended: ${why}`)),
    });
  });
}

async function connectDirectly(url: string): Promise<Send> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return (frame) => socket.send(frame);
}

/** Each event carries the moment it was due, which is at random, machine after machine. */
async function sendOpenLoop({ way, perSecond, seconds, seed, eventBytes }: Load): Promise<Sent> {
  const random = seeded(seed);
  const gapMs = () => (-Math.log(1 - random()) * 1_000) / perSecond;
  const event = eventOf(eventBytes);
  const encoder = new TextEncoder();
  const late: number[] = [];
  const began = sharedNow();
  for (let dueAt = began + gapMs(); dueAt < began + seconds * 1_000;) {
    const now = sharedNow();
    for (; dueAt <= now; dueAt += gapMs()) {
      const seq = late.push(now - dueAt);
      const machine = seq % sessions.length;
      const payload = encoder.encode(`{"v":1,"events":[${JSON.stringify({ ...event, seq, at: dueAt })}]}`);
      const header = { kind: FrameKind.events, channel: sessions[machine] ?? '', sequence: seq, target: 1 };
      ways[way][machine]?.(encodeFrame(header, payload));
    }
    await sleep(1);
  }
  return { count: late.length, lateP99: quantile(late, 0.99) };
}
