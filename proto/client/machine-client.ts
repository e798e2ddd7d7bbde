/**
 * The client of one machine: requests, and readers of its channels, over a link that is kept up. The same for the
 * page, the command line and the load tests.
 */
import {
  isUuid,
  MACHINE_CHANNEL,
  type DataFrame,
  type MachineEvent,
  type MachineReady,
  type Numbered,
  type RelayToBrowser,
  type RequestPayload,
  type ResponsePayload,
  type SessionEvent,
  type SessionReady,
  FrameKind,
  type Cursor,
} from '../wire/index.ts';
import { ChannelReader, type ChannelHandlers, type ChannelState, type Reader } from './channel-reader.ts';
import type { ConnectionState } from './connection-state.ts';
import { LinkClosed } from './errors.ts';
import { LinkKeeper } from './link-keeper.ts';
import type { ConnectSocket } from './link-socket.ts';
import type { Link, Welcome } from './link.ts';
import { RequestTable } from './request-table.ts';
import { connectSocketIo } from './socketio-link.ts';
import { machineStream, sessionStream, type StreamFormat } from './stream-payload.ts';
import { systemTimers, type Timers } from './timers.ts';

/** The relay gives up after 30 s; its answer must still arrive. */
const REQUEST_LIMIT_MS = 35_000;
/** How long a link that was left stays open for answers still expected on it. */
const LINGER_MS = 5_000;

export interface MachineClientOptions {
  readonly machineId: string;
  /**
   * A fresh ticket; called for every attempt. A GatewayError of status 401, 403, 404 or 410 ends the connection for
   * good, any other rejection is tried again later.
   */
  getTicket(): Promise<{ readonly ticket: string; readonly relayUrl: string }>;
  onState?(state: ConnectionState): void;
  /** The clock; default: the real one. */
  readonly timers?: Timers;
  /** From 0 up to 1; default: Math.random. */
  random?(): number;
  /** Opens a socket; default: Socket.IO. */
  readonly connect?: ConnectSocket;
}

export interface RequestOptions {
  /** Idempotency key; default: a random one for a changing request. */
  readonly key?: string;
  /** Until the answer, breaks of the link included; default 35 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whether to send it again, with the same key, after the link broke; default true. */
  readonly retry?: boolean;
}

/** An open channel. */
export interface Channel {
  /** The last event applied. */
  readonly cursor: Cursor;
  readonly state: ChannelState;
  /** Idempotent. No handler is called after it, but for `onState` with `closed`. */
  close(): void;
}

export interface OpenOptions {
  /** Continue after this event; only for a reader that still has everything up to it. */
  readonly cursor?: Cursor;
}

export type SessionHandlers = ChannelHandlers<SessionReady, Numbered<SessionEvent>>;
export type MachineHandlers = ChannelHandlers<MachineReady, Numbered<MachineEvent>>;

export interface MachineClient {
  readonly machineId: string;
  /** The same object until it changes. */
  readonly state: ConnectionState;
  /** Milliseconds since 1970 of the relay's last sign of life; null before the first. */
  readonly lastHeardAt: number | null;
  /**
   * Calls a route of the machine (machine-api.ts). Rejects with MachineOffline, MachineTimeout, RequestFailed,
   * LinkClosed, or the signal's reason.
   */
  request(
    method: RequestPayload['method'],
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<ResponsePayload>;
  /** Follows a session's log. One reader per session and client: throws Error when it is open already. */
  openSession(sessionId: string, handlers: SessionHandlers, options?: OpenOptions): Channel;
  /** Follows the lists of projects and sessions; every snapshot holds them whole. Throws as `openSession`. */
  openLists(handlers: MachineHandlers): Channel;
  /** A hint that the network or the screen is back (`online`, `visibilitychange`): connect now, not at the next slot. */
  wake(): void;
  /** Ends the connection, its requests and channels. Idempotent. */
  close(): void;
}

/** Connects to a machine and keeps connected until `close()` or until the state is `ended`. */
export function connectMachine(options: MachineClientOptions): MachineClient {
  const client = new Client(options);
  client.start();
  return client;
}

class Client implements MachineClient {
  readonly machineId: string;
  readonly #timers: Timers;
  readonly #requests: RequestTable;
  readonly #readers = new Map<string, Reader>();
  readonly #keeper: LinkKeeper;
  readonly #retired = new Set<Link>();
  /** The link in use, and whether the machine is behind it. */
  #link: Link | null = null;
  #isOnline = false;

  constructor({ machineId, getTicket, onState, timers = systemTimers(), ...rest }: MachineClientOptions) {
    const { random = Math.random, connect = connectSocketIo } = rest;
    this.machineId = machineId;
    this.#timers = timers;
    this.#requests = new RequestTable(timers);
    this.#keeper = new LinkKeeper(
      { machineId, getTicket, connect, timers, random },
      {
        onUp: (link, welcome, previous) => this.#linkUp(link, welcome, previous),
        onDown: (link) => this.#linkDown(link),
        onControl: (link, frame) => this.#control(link, frame),
        onData: (link, frame) => this.#data(link, frame),
        onState: (state) => this.#stateChanged(state, onState),
      },
    );
  }

  start(): void {
    this.#keeper.start();
  }

  get state(): ConnectionState {
    return this.#keeper.state;
  }

  get lastHeardAt(): number | null {
    return this.#keeper.lastHeardAt;
  }

  async request(
    method: RequestPayload['method'],
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<ResponsePayload> {
    const { state } = this;
    if (state.kind === 'ended') throw new LinkClosed(`the connection has ended: ${state.message}`);
    const {
      key = method === 'GET' ? undefined : randomKey(),
      timeoutMs = REQUEST_LIMIT_MS,
      signal,
      retry = true,
    } = options;
    const payload: RequestPayload = {
      v: 1,
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(key ? { key } : {}),
    };
    return this.#requests.call({ payload, timeoutMs, retry, signal });
  }

  openSession(sessionId: string, handlers: SessionHandlers, { cursor }: OpenOptions = {}): Channel {
    if (!isUuid(sessionId))
      throw new Error(`expected the id of a session, a lower-case UUID, got "${sessionId}"`);
    return this.#open(sessionId, sessionStream, handlers, cursor);
  }

  openLists(handlers: MachineHandlers): Channel {
    return this.#open(MACHINE_CHANNEL, machineStream, handlers);
  }

  wake(): void {
    this.#keeper.wake();
  }

  close(): void {
    this.#keeper.end('closed', 'closed by this client');
  }

  #open<R, E>(
    channel: string,
    format: StreamFormat<R, E>,
    handlers: ChannelHandlers<R, E>,
    cursor?: Cursor,
  ): Channel {
    if (this.#readers.has(channel)) throw new Error(`channel ${channel} is open already; close it first`);
    const reader = new ChannelReader({
      channel,
      format,
      handlers,
      cursor,
      timers: this.#timers,
      send: (frame) => this.#link?.send(frame),
    });
    this.#readers.set(channel, reader);
    if (this.#isOnline) reader.reachable();
    return channelOf(reader, () => {
      if (this.#readers.get(channel) === reader) this.#readers.delete(channel);
      reader.close();
    });
  }

  #linkUp(link: Link, welcome: Welcome, previous: Link | null): void {
    this.#link = link;
    this.#requests.linkUp(link, welcome.maxFrameBytes);
    if (previous) this.#retire(previous);
    this.#setOnline(welcome.machine.online);
  }

  #linkDown(link: Link): void {
    this.#retired.delete(link);
    if (this.#link === link) {
      this.#link = null;
      this.#setOnline(false);
    }
    this.#requests.linkDown(link);
  }

  #control(link: Link, frame: RelayToBrowser): void {
    if (link !== this.#link) return;
    if (frame.kind === 'presence') this.#setOnline(frame.online);
    if (frame.kind === 'gap' || frame.kind === 'refused') this.#readers.get(frame.channel)?.control(frame);
  }

  /** Answers count on whichever link they come; streams only on the link in use. */
  #data(link: Link, frame: DataFrame): void {
    if (frame.kind === FrameKind.response) {
      this.#requests.answer(frame);
      if (this.#retired.has(link)) this.#leaveWhenDone(link);
      return;
    }
    if (link === this.#link) this.#readers.get(frame.channel)?.data(frame);
  }

  #setOnline(online: boolean): void {
    this.#isOnline = online;
    for (const reader of this.#readers.values()) {
      if (online) reader.reachable();
      else reader.unreachable();
    }
  }

  #retire(link: Link): void {
    this.#retired.add(link);
    this.#timers.after(LINGER_MS, () => this.#leave(link));
    this.#leaveWhenDone(link);
  }

  #leaveWhenDone(link: Link): void {
    if (!this.#requests.waitsOn(link)) this.#leave(link);
  }

  #leave(link: Link): void {
    if (!this.#retired.delete(link)) return;
    link.close();
    this.#requests.linkDown(link);
  }

  #stateChanged(state: ConnectionState, tell: MachineClientOptions['onState']): void {
    if (state.kind === 'ended') {
      for (const link of this.#retired) this.#leave(link);
      this.#requests.end(`the connection has ended: ${state.message}`);
    }
    tell?.(state);
  }
}

function channelOf<R, E>(reader: ChannelReader<R, E>, close: () => void): Channel {
  return {
    get cursor() {
      return reader.cursor;
    },
    get state() {
      return reader.state;
    },
    close,
  };
}

/** Not `randomUUID`, which browsers offer on secure origins only. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
