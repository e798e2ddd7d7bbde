/** Machines as a process of their own: they send events when these are due, whatever became of the ones before. */
import { FrameKind, encodeFrame } from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedNow } from '../support/shared-clock.ts';
import { quantile, seeded } from '../support/statistics.ts';
import { serveOrders } from '../support/worker.ts';
import { connectTellingEnd } from './scripted-ends.ts';
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
      const wire = await connectTellingEnd(relayUrl, token);
      ways.relay.push((frame) => wire.send(frame));
      ways.direct.push(await connectDirectly(directUrl));
    }
  },
  send: sendOpenLoop,
});

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
