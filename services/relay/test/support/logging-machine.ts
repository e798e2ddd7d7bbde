/** A machine with a session log that grows, which keeps a link to whichever relay takes it. */
import {
  FrameFlag,
  FrameKind,
  MACHINE_LINK_PATH,
  MACHINE_SUBPROTOCOL,
  encodeFrame,
  parseRelayToMachine,
  toPayload,
} from '@spectral/proto/wire';
import type { Cursor, Numbered, RelayToMachine, SessionEvent, SessionReady } from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { afterTest } from './clean-up.ts';

export const SESSION_ID = '0c6f1c51-43f1-4f3e-9d5a-6f0a3f6f1b2c';

const EPOCH = 1;
const PIECE_EVENTS = 40;
const RECONNECT_MS = 100;
const HEAD_MS = 200;

export interface LoggingMachine {
  readonly log: Numbered<SessionEvent>[];
  /** Adds one event to the log and sends it to whoever reads. */
  append(): void;
}

/** `relays`: addresses to try in turn; each attempt has a fresh token. Ends after the test. */
export function startLoggingMachine(
  relays: () => readonly string[],
  token: () => Promise<string>,
): LoggingMachine {
  const log: Numbered<SessionEvent>[] = [];
  const state: { socket: WebSocket | null; attempts: number; stopped: boolean } = {
    socket: null,
    attempts: 0,
    stopped: false,
  };
  const send = (frame: Uint8Array) => {
    if (state.socket?.readyState === WebSocket.OPEN) state.socket.send(frame);
  };
  const connect = async () => {
    if (state.stopped) return;
    state.attempts += 1;
    const urls = relays();
    const url = urls[state.attempts % urls.length] ?? '';
    const socket = new WebSocket(url.replace('http', 'ws') + MACHINE_LINK_PATH, MACHINE_SUBPROTOCOL, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    state.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(() => void connect(), RECONNECT_MS));
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return;
      const control = parseRelayToMachine(data.toString());
      if (control.kind === 'ping') socket.send('{"kind":"pong"}');
      if (control.kind === 'open') replay(control, log, send);
    });
  };
  const heads = setInterval(() => {
    send(encodeFrame({ kind: FrameKind.head, target: EPOCH, sequence: log.length, channel: SESSION_ID }));
  }, HEAD_MS);
  afterTest(() => {
    state.stopped = true;
    clearInterval(heads);
    state.socket?.terminate();
  });
  void connect();
  return {
    log,
    append() {
      const seq = log.length + 1;
      const event = { type: 'session_renamed', title: `title ${seq}`, seq, at: seq } as const;
      log.push(event);
      const header = { kind: FrameKind.events, target: EPOCH, sequence: seq, channel: SESSION_ID };
      send(encodeFrame(header, toPayload({ v: 1, events: [event] })));
    },
  };
}

function replay(
  { peer, cursor }: Extract<RelayToMachine, { kind: 'open' }>,
  log: readonly Numbered<SessionEvent>[],
  send: (frame: Uint8Array) => void,
): void {
  const head = log.length;
  const start = startOf(cursor, head);
  for (let from = start; from === start || from < head; from += PIECE_EVENTS) {
    const events = log.slice(from, from + PIECE_EVENTS);
    const sequence = from + events.length;
    const ready = from === start ? { ready: readyOf(EPOCH, start, head) } : {};
    const flags = sequence >= head ? FrameFlag.final : 0;
    send(
      encodeFrame(
        { kind: FrameKind.snapshot, flags, target: peer, sequence, channel: SESSION_ID },
        toPayload({ v: 1, epoch: EPOCH, from, ...ready, events }),
      ),
    );
  }
}

function startOf(cursor: Cursor, head: number): number {
  return cursor.epoch === EPOCH && cursor.seq <= head ? cursor.seq : 0;
}

function readyOf(epoch: number, from: number, head: number): SessionReady {
  const usage = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    totalTokens: 0,
    cost: null,
  };
  const at = new Date(0).toISOString();
  const session = {
    id: SESSION_ID,
    projectId: 'project',
    title: 'title',
    status: 'idle',
    modelId: null,
    actor: null,
    forkedFrom: null,
    loop: null,
    queued: 0,
    messages: 0,
    usage,
    head,
    createdAt: at,
    updatedAt: at,
  } as const;
  return { type: 'session_ready', session, epoch, from, head, currentTurn: null };
}
