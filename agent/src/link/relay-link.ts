/**
 * The machine's link to its relay: owns the socket, the timers and the frames that wait. What happens next is
 * decided in link-state.ts; this file does it.
 */
import {
  CLOSE,
  WATCHDOG_CHECK_MS,
  WATCHDOG_SILENCE_MS,
  type DataFrame,
  type RelayToMachine,
} from '@spectral/proto/wire';
import { backoffMs } from './backoff.ts';
import type { Clock } from '../clock.ts';
import { openConnection, type Connection, type ConnectionListener } from './connection.ts';
import {
  INITIAL_LINK_STATE,
  nextLinkState,
  type LinkAction,
  type LinkEnd,
  type LinkEvent,
  type LinkState,
} from './link-state.ts';
import { createSendQueue } from './send-queue.ts';

/** Frames wait in the queue, its oldest dropped, while this many bytes have not left yet. */
const SLOW_LINK_BYTES = 4 * 1024 * 1024;
/** A drained socket stays this long at most for answers that are still being worked on. */
const LEAVE_AFTER_MS = 5_000;
/** A peer that does not answer a close handshake by then is dropped. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface RelayLinkOptions {
  /** Address and token of the next attempt. */
  readonly target: () => { readonly relayUrl: string; readonly token: string };
  /** The gate before each attempt. Never rejects. */
  readonly healthy: () => Promise<boolean>;
  /** Gets a new token. Never rejects. */
  readonly renew: () => Promise<
    { type: 'renewed' } | { type: 'renewal-failed' } | { type: 'refused'; message: string }
  >;
  readonly listener: RelayLinkListener;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

export interface RelayLinkListener {
  /** Queued frames are out already. Peers of the connection before are gone. `hears`: of the welcome. */
  opened(connection: Connection, hears: readonly string[]): void;
  control(connection: Connection, frame: RelayToMachine): void;
  data(connection: Connection, frame: DataFrame): void;
  closed(connection: Connection): void;
  /** The link will not come back. */
  ended(end: LinkEnd): void;
}

export interface RelayLink {
  start(): void;
  /** Sends to whoever reads the frame's channel; waits in the bounded queue while the link is down or slow. */
  send(frame: Uint8Array): void;
  /** Closes with 1000 `shutdown` and resolves when the socket is gone. Idempotent. */
  stop(): Promise<void>;
  readonly isOpen: boolean;
}

export function createRelayLink(options: RelayLinkOptions): RelayLink {
  return new SocketRelayLink(options);
}

class SocketRelayLink implements RelayLink {
  readonly #options: RelayLinkOptions;
  readonly #queue = createSendQueue();
  #state: LinkState = INITIAL_LINK_STATE;
  #current: Connection | null = null;
  #beside: Connection | null = null;
  #replacedBy: string | null = null;
  /** When anything last came from each socket that is not gone yet. */
  readonly #heardAt = new Map<Connection, number>();
  /** Takes back what was to happen to a socket that is being left. */
  readonly #cancelLeaving = new Map<Connection, () => void>();
  #cancelTimer = (): void => {};
  #cancelWatchdog = (): void => {};
  #whenGone: (() => void) | null = null;

  constructor(options: RelayLinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state.phase === 'open';
  }

  start(): void {
    this.#watch();
    this.#step({ type: 'started' });
  }

  send(frame: Uint8Array): void {
    const connection = this.#current;
    const flows =
      connection && this.isOpen && this.#queue.length === 0 && connection.bufferedBytes < SLOW_LINK_BYTES;
    if (flows) void connection.send(frame).then(() => this.#pump());
    else this.#queue.push(frame);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenGone = resolve;
      this.#step({ type: 'stopped' });
      if (!this.#current) resolve();
    });
  }

  #step(event: LinkEvent): void {
    const { state, action } = nextLinkState(this.#state, event);
    this.#state = state;
    this.#do(action);
  }

  #do(action: LinkAction): void {
    const { log, clock, random } = this.#options;
    switch (action.do) {
      case 'nothing':
        return;
      case 'check':
        return void this.#options.healthy().then((ok) => {
          if (!ok) log('link.unhealthy');
          this.#step({ type: 'health', ok });
        });
      case 'connect':
        this.#current = this.#connect(false);
        return;
      case 'connect-beside':
        this.#beside = this.#connect(true);
        return;
      case 'promote':
        return this.#promote();
      case 'renew':
        return void this.#options.renew().then((outcome) => this.#step(outcome));
      case 'wait': {
        const delayMs = backoffMs(action.attempt, random);
        log('link.waiting', { delayMs, attempt: action.attempt + 1 });
        this.#cancelTimer = clock.after(delayMs, () => this.#step({ type: 'timer' }));
        return;
      }
      case 'wait-to-move':
        this.#cancelTimer = clock.after(Math.round(action.spreadMs * random()), () =>
          this.#step({ type: 'timer' }),
        );
        return;
      case 'close':
        return this.#close();
      case 'end':
        this.#close();
        return this.#options.listener.ended(action.end);
    }
  }

  /** Begins a socket. A failure to construct one is told like any other, in a later step. */
  #connect(beside: boolean): Connection | null {
    const { relayUrl, token } = this.#options.target();
    try {
      const connection = openConnection(relayUrl, token, this.#listener());
      this.#heardAt.set(connection, this.#options.clock.now());
      return connection;
    } catch (error) {
      this.#options.log('link.failed', { reason: String(error) });
      queueMicrotask(() => this.#step({ type: 'failed', status: null, beside }));
      return null;
    }
  }

  #listener(): ConnectionListener {
    const { listener, log } = this.#options;
    return {
      heard: (connection) => this.#heardAt.set(connection, this.#options.clock.now()),
      bad: (_connection, message) => log('link.bad-frame', { message }),
      control: (connection, frame) => this.#control(connection, frame),
      data: (connection, frame) => listener.data(connection, frame),
      failed: (connection, status, reason) => {
        log('link.failed', { reason });
        this.#gone(connection, (beside) => ({ type: 'failed', status, beside }));
      },
      closed: (connection, code) => {
        log('link.closed', { code });
        listener.closed(connection);
        const host = this.#replacedBy;
        this.#gone(connection, (beside) =>
          beside ? { type: 'failed', status: null, beside } : { type: 'lost', code, host },
        );
      },
    };
  }

  #gone(connection: Connection, event: (beside: boolean) => LinkEvent): void {
    this.#heardAt.delete(connection);
    this.#cancelLeaving.get(connection)?.();
    this.#cancelLeaving.delete(connection);
    if (connection === this.#beside) {
      this.#beside = null;
      this.#step(event(true));
    } else if (connection === this.#current) {
      this.#current = null;
      this.#step(event(false));
      this.#whenGone?.();
    }
  }

  #control(connection: Connection, frame: RelayToMachine): void {
    const { listener, log } = this.#options;
    switch (frame.kind) {
      case 'ping':
        return connection.sendControl({ kind: 'pong' });
      case 'welcome':
        return this.#welcomed(connection, frame.hears ?? []);
      case 'drain':
        log('link.drain', { spreadMs: frame.spreadMs });
        return connection === this.#current
          ? this.#step({ type: 'drain', spreadMs: frame.spreadMs })
          : undefined;
      case 'replaced':
        this.#replacedBy = frame.host;
        return;
      case 'error':
        return log('link.relay-error', { code: frame.code, message: frame.message });
      default:
        return listener.control(connection, frame);
    }
  }

  #welcomed(connection: Connection, hears: readonly string[]): void {
    if (connection !== this.#current && connection !== this.#beside) return;
    this.#replacedBy = null;
    this.#step({ type: 'welcomed' });
    this.#pump();
    this.#options.log('link.open');
    this.#options.listener.opened(connection, hears);
  }

  /** The second socket takes over; the first one stays until its answers are out. */
  #promote(): void {
    const left = this.#current;
    this.#current = this.#beside;
    this.#beside = null;
    if (!left) return;
    this.#leave(left, LEAVE_AFTER_MS, () => left.close(CLOSE.draining.code, CLOSE.draining.reason));
  }

  #pump(): void {
    const connection = this.#current;
    if (!connection || !this.isOpen) return;
    while (this.#queue.length > 0 && connection.bufferedBytes < SLOW_LINK_BYTES) {
      const frame = this.#queue.shift();
      if (frame) void connection.send(frame).then(() => this.#pump());
    }
  }

  #watch(): void {
    const { clock, log } = this.#options;
    this.#cancelWatchdog = clock.after(WATCHDOG_CHECK_MS, () => {
      for (const [connection, heardAt] of this.#heardAt) {
        const silenceMs = clock.now() - heardAt;
        if (silenceMs <= WATCHDOG_SILENCE_MS) continue;
        log('link.silent', { silenceMs });
        connection.terminate();
      }
      this.#watch();
    });
  }

  #close(): void {
    this.#cancelTimer();
    this.#cancelWatchdog();
    for (const connection of this.#heardAt.keys()) {
      connection.close(CLOSE.shutdown.code, CLOSE.shutdown.reason);
      this.#leave(connection, CLOSE_TIMEOUT_MS, () => connection.terminate());
    }
  }

  #leave(connection: Connection, afterMs: number, how: () => void): void {
    this.#cancelLeaving.get(connection)?.();
    this.#cancelLeaving.set(connection, this.#options.clock.after(afterMs, how));
  }
}
