/**
 * A scripted machine with sessions: it tells events to who reads them, replays from a cursor, and answers every request
 * after a while. Its link is kept as the daemon keeps it.
 */
import {
  FrameKind,
  HEAD_REPEAT_MS,
  encodeFrame,
  toPayload,
  type DataFrame,
  type RelayToMachine,
  type SessionEvent,
} from '@spectral/proto/wire';
import { keepMachine, type KeptMachine, type KeptMachineOptions } from './kept-machine.ts';
import type { MachineWire } from './machine-wire.ts';
import { SessionHistory } from './session-history.ts';

export interface SessionMachine {
  readonly link: KeptMachine;
  /** Resolves when the first link is up. */
  readonly ready: Promise<void>;
  /** Adds an event to a session. `at`: what the event says of its time; default: now. */
  tell(session: string, event: SessionEvent, at?: number): void;
  /** Readers that the machine knows of on its link, over all sessions. */
  readonly readers: number;
  close(): void;
}

export interface SessionMachineOptions extends Pick<
  KeptMachineOptions,
  'token' | 'relayUrl' | 'isHealthy' | 'random'
> {
  readonly sessions: readonly string[];
  /** Before a request is answered. */
  readonly answerAfterMs?: number;
  /** A link is up. */
  onUp?(): void;
  /** A link ended, or an attempt failed. */
  onEnd?(why: string, wasUp: boolean): void;
}

const ANSWER = toPayload({ v: 1, status: 200 });

/** Connects it. */
export function startSessionMachine(options: SessionMachineOptions): SessionMachine {
  const histories = new Map(options.sessions.map((id) => [id, new SessionHistory(id)]));
  /** Of each link, who reads what. */
  const reads = new Map<MachineWire, Map<string, Set<number>>>();
  const first = Promise.withResolvers<void>();
  const link = keepMachine({
    ...options,
    onUp(wire) {
      reads.set(wire, new Map());
      first.resolve();
      options.onUp?.();
    },
    onControl: (wire, control) => heed(wire, control, reads.get(wire), histories),
    onData: (wire, frame) => answer(wire, frame, options.answerAfterMs ?? 0),
    onEnd(wire, why, wasUp) {
      reads.delete(wire);
      options.onEnd?.(why, wasUp);
    },
  });
  const readsNow = () => (link.wire ? reads.get(link.wire) : undefined);
  const heads = setInterval(() => {
    for (const channel of readsNow()?.keys() ?? []) {
      const history = histories.get(channel);
      if (history) link.wire?.send(history.head());
    }
  }, HEAD_REPEAT_MS);
  return {
    link,
    ready: first.promise,
    tell(session, event, at = Date.now()) {
      const frame = histories.get(session)?.append(event, at);
      if (frame && readsNow()?.has(session)) link.wire?.send(frame);
    },
    get readers() {
      return [...(readsNow()?.values() ?? [])].reduce((sum, peers) => sum + peers.size, 0);
    },
    close() {
      clearInterval(heads);
      link.close();
    },
  };
}

function heed(
  wire: MachineWire,
  control: RelayToMachine,
  reads: Map<string, Set<number>> | undefined,
  histories: ReadonlyMap<string, SessionHistory>,
): void {
  if (!reads) return;
  if (control.kind === 'open') {
    const peers = reads.get(control.channel) ?? new Set();
    reads.set(control.channel, peers.add(control.peer));
    for (const piece of histories.get(control.channel)?.replay(control.peer, control.cursor) ?? [])
      wire.send(piece);
  }
  if (control.kind === 'close') forget(reads, control.channel, control.peer);
  if (control.kind === 'peer_left') for (const channel of reads.keys()) forget(reads, channel, control.peer);
}

function forget(reads: Map<string, Set<number>>, channel: string, peer: number): void {
  const peers = reads.get(channel);
  peers?.delete(peer);
  if (peers?.size === 0) reads.delete(channel);
}

function answer(wire: MachineWire, { kind, target }: DataFrame, afterMs: number): void {
  if (kind !== FrameKind.request) return;
  const send = () => wire.send(encodeFrame({ kind: FrameKind.response, target }, ANSWER));
  if (afterMs === 0) send();
  else setTimeout(send, afterMs);
}
