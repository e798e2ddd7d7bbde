/**
 * What readers behind the relay see of this machine: a snapshot when they open a channel, its events while they read,
 * its head while nothing happens. An event is sent once, however many readers a channel has.
 */
import {
  FrameFlag,
  FrameKind,
  HEAD_REPEAT_MS,
  MACHINE_CHANNEL,
  encodeFrame,
  type Actor,
  type Cursor,
  type MachineEvent,
  type MachineReady,
  type MachineToRelay,
  type Numbered,
  type RelayToMachine,
  type SessionInfo,
} from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { Epoch } from '../store/epoch.ts';
import type { History } from '../store/history.ts';
import type { LoggedEvent } from '../store/log.ts';
import { machineEventFrame, sessionEventFrames, snapshotPayload } from './event-frames.ts';
import { createReaders, type Reader } from './readers.ts';
import { isAheadOfLog, sendSnapshot, startOfHistory } from './snapshot.ts';

/** The way to one peer: the connection it came through. */
export interface PeerConnection {
  sendControl(frame: MachineToRelay): void;
  /** Resolves when the bytes have left. */
  send(bytes: Uint8Array): Promise<void>;
  readonly isOpen: boolean;
}

export interface ChannelsOptions {
  /** Sends to every reader of the frame's channel. */
  readonly send: (frame: Uint8Array) => void;
  readonly linkIsOpen: () => boolean;
  /** The session as the log holds it now, with its running turn; null for none. */
  readonly reading: (
    sessionId: string,
  ) => { info: SessionInfo; turn: { turnId: string; first: number } | null } | null;
  readonly history: History;
  /** The log's epoch. */
  readonly epoch: Epoch;
  /** The machine channel's epoch: this run of the daemon. */
  readonly machineEpoch: number;
  readonly machineReady: () => MachineReady;
  readonly clock: Clock;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

export interface Channels {
  /** A new connection: readers of the one before are gone, and it opens no more. */
  connected(connection: PeerConnection): void;
  control(connection: PeerConnection, frame: RelayToMachine): void;
  /** Who is behind a peer handle of this connection, or null for an unknown one. */
  actorOf(connection: PeerConnection, peer: number): Actor | null;
  publishSession(sessionId: string, events: readonly LoggedEvent[]): void;
  publishMachine(event: Numbered<MachineEvent>): void;
  /** Readers of a deleted session are told and forgotten. */
  sessionDeleted(sessionId: string): void;
  close(): void;
}

export function createChannels(options: ChannelsOptions): Channels {
  return new RelayChannels(options);
}

class RelayChannels implements Channels {
  readonly #options: ChannelsOptions;
  readonly #readers = createReaders();
  /** Handles are the relay's, so each connection has its own. */
  readonly #actors = new WeakMap<PeerConnection, Map<number, Actor>>();
  /** Number of the last event sent on each channel that has readers. */
  readonly #sent = new Map<string, number>();
  /** Channels on which something was sent since the heads were last repeated. */
  readonly #active = new Set<string>();
  #connection: PeerConnection | null = null;
  #cancelHeads: () => void;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#cancelHeads = options.clock.after(HEAD_REPEAT_MS, () => this.#repeatHeads());
  }

  connected(connection: PeerConnection): void {
    this.#connection = connection;
    this.#readers.clear();
    this.#sent.clear();
  }

  actorOf(connection: PeerConnection, peer: number): Actor | null {
    return this.#actors.get(connection)?.get(peer) ?? null;
  }

  control(connection: PeerConnection, frame: RelayToMachine): void {
    const actors = this.#actors.get(connection) ?? new Map<number, Actor>();
    this.#actors.set(connection, actors);
    if (frame.kind === 'peer_joined') actors.set(frame.peer, frame.actor);
    if (frame.kind === 'peer_left') actors.delete(frame.peer);
    // A connection that is being left still has people asking, but its readers open on the new one.
    if (connection !== this.#connection) return;
    if (frame.kind === 'peer_left') this.#readers.removePeer(frame.peer);
    if (frame.kind === 'open') this.#open(connection, frame.peer, frame.channel, frame.cursor);
    if (frame.kind === 'close') this.#readers.remove(frame.peer, frame.channel);
  }

  publishSession(sessionId: string, events: readonly LoggedEvent[]): void {
    if (!this.#readers.has(sessionId)) return;
    this.#noteSent(sessionId, events.at(-1)?.seq ?? 0);
    for (const frame of sessionEventFrames(sessionId, this.#options.epoch.current, events))
      this.#options.send(frame);
  }

  publishMachine(event: Numbered<MachineEvent>): void {
    if (!this.#readers.has(MACHINE_CHANNEL)) return;
    this.#noteSent(MACHINE_CHANNEL, event.seq);
    this.#options.send(machineEventFrame(this.#options.machineEpoch, event));
  }

  sessionDeleted(sessionId: string): void {
    this.#sent.delete(sessionId);
    for (const { peer } of this.#readers.removeChannel(sessionId)) {
      if (this.#connection) refuse(this.#connection, peer, sessionId);
    }
  }

  close(): void {
    this.#cancelHeads();
  }

  #open(connection: PeerConnection, peer: number, channel: string, cursor: Cursor): void {
    try {
      if (channel === MACHINE_CHANNEL) this.#openMachine(connection, peer);
      else this.#openSession(connection, peer, channel, cursor);
    } catch (error) {
      this.#cannotRead(connection, { peer, channel }, error);
    }
  }

  #openSession(connection: PeerConnection, peer: number, channel: string, cursor: Cursor): void {
    const { epoch, history, reading } = this.#options;
    const found = reading(channel);
    if (!found) return refuse(connection, peer, channel);
    const { info, turn } = found;
    if (isAheadOfLog(cursor, epoch.current, info.head)) epoch.grow();
    const from = startOfHistory(cursor, epoch.current, info.head);
    const ready = {
      type: 'session_ready' as const,
      session: info,
      epoch: epoch.current,
      from,
      head: info.head,
      currentTurn: turn,
    };
    const reader = this.#readers.add(peer, channel);
    this.#noteSent(channel, info.head);
    void sendSnapshot(channel, ready, history, {
      peer,
      send: (frame) => connection.send(frame),
      wanted: () => connection.isOpen && this.#readers.isCurrent(reader),
    }).catch((error: unknown) => this.#cannotRead(connection, reader, error));
  }

  /** A log that could not be read: the reader is told, and may open again. */
  #cannotRead(connection: PeerConnection, { peer, channel }: Reader, error: unknown): void {
    this.#options.log('store.read-failed', { channel, message: String(error) });
    this.#readers.remove(peer, channel);
    connection.sendControl({
      kind: 'refused',
      peer,
      channel,
      code: 'store-failed',
      message: 'the history cannot be read now',
    });
  }

  #openMachine(connection: PeerConnection, peer: number): void {
    const ready = this.#options.machineReady();
    this.#readers.add(peer, MACHINE_CHANNEL);
    this.#noteSent(MACHINE_CHANNEL, ready.head);
    void connection.send(
      encodeFrame(
        { kind: FrameKind.snapshot, flags: FrameFlag.final, target: peer, sequence: ready.head },
        snapshotPayload({ epoch: ready.epoch, from: 0, texts: [], ready }),
      ),
    );
  }

  #noteSent(channel: string, seq: number): void {
    this.#sent.set(channel, seq);
    this.#active.add(channel);
  }

  #repeatHeads(): void {
    if (this.#options.linkIsOpen()) {
      for (const channel of this.#readers.channels()) {
        const sequence = this.#sent.get(channel);
        if (this.#active.has(channel) || sequence === undefined) continue;
        const target = channel === MACHINE_CHANNEL ? this.#options.machineEpoch : this.#options.epoch.current;
        this.#options.send(encodeFrame({ kind: FrameKind.head, channel, target, sequence }));
      }
    }
    this.#active.clear();
    this.#cancelHeads = this.#options.clock.after(HEAD_REPEAT_MS, () => this.#repeatHeads());
  }
}

function refuse(connection: PeerConnection, peer: number, channel: string): void {
  const message = 'this machine has no such session; it may have been deleted';
  connection.sendControl({ kind: 'refused', peer, channel, code: 'not-found', message });
}
