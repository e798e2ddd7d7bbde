/**
 * Keeps one link to the relay: a new ticket for every attempt, waits between attempts, a move without a break when
 * the relay drains. It decides nothing itself: states are connection-state.ts, endings end-reasons.ts, waits backoff.ts.
 */
import type { DataFrame, RelayToBrowser } from '../wire/index.ts';
import { backoffMs } from './backoff.ts';
import {
  firstState,
  nextState,
  type ConnectionHappening,
  type ConnectionState,
  type EndReason,
} from './connection-state.ts';
import { endReasonOfCode, endReasonOfTicket } from './end-reasons.ts';
import type { ConnectSocket } from './link-socket.ts';
import { openLink, type Link, type LinkListener, type Welcome } from './link.ts';
import type { Timers } from './timers.ts';

/** From asking for a ticket to the relay's welcome. */
const ATTEMPT_LIMIT_MS = 15_000;
/** After a silence of this length a woken client does not trust its socket and opens another beside it. */
const STALE_MS = 40_000;
/** Share of the drain's spread within which the move begins, so that it also ends in time. */
const MOVE_SHARE = 0.8;

export interface LinkKeeperOptions {
  readonly machineId: string;
  getTicket(): Promise<{ readonly ticket: string; readonly relayUrl: string }>;
  readonly connect: ConnectSocket;
  readonly timers: Timers;
  random(): number;
}

/** What the keeper tells; all but `onState` name the link they are about. */
export interface LinkUser {
  /** The link to use from now on. `previous`, if any, still works: close it when nothing is expected on it. */
  onUp(link: Link, welcome: Welcome, previous: Link | null): void;
  onDown(link: Link): void;
  onControl(link: Link, frame: RelayToBrowser): void;
  onData(link: Link, frame: DataFrame): void;
  onState(state: ConnectionState): void;
}

/** An attempt under way. */
interface Attempt {
  link: Link | null;
  readonly stopLimit: () => void;
}

export class LinkKeeper {
  readonly #options: LinkKeeperOptions;
  readonly #user: LinkUser;
  readonly #listener: LinkListener;
  #state: ConnectionState;
  #current: Link | null = null;
  #attempt: Attempt | null = null;
  #failedMoves = 0;
  #lastHeardAt: number | null = null;
  #stopWaiting: () => void = () => {};

  constructor(options: LinkKeeperOptions, user: LinkUser) {
    this.#options = options;
    this.#user = user;
    this.#state = firstState(options.timers.now());
    this.#listener = {
      onControl: (link, frame) => this.#control(link, frame),
      onData: (link, frame) => user.onData(link, frame),
      onHeard: () => void (this.#lastHeardAt = options.timers.now()),
      onEnd: (link, end) => this.#linkEnded(link, endReasonOfCode(end.code), end.message),
    };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Milliseconds since 1970 of the relay's last sign of life; null before the first. */
  get lastHeardAt(): number | null {
    return this.#lastHeardAt;
  }

  /** Begins to connect. Call it once. */
  start(): void {
    this.#try();
  }

  /** A hint that the network or the screen is back: connect now instead of at the end of the wait. */
  wake(): void {
    const silentMs = this.#options.timers.now() - (this.#lastHeardAt ?? 0);
    if (!this.#current || silentMs > STALE_MS) this.#try();
  }

  /** Ends for good. Idempotent. */
  end(reason: EndReason, message: string): void {
    if (this.#state.kind === 'ended') return;
    this.#stopWaiting();
    this.#dropAttempt();
    const link = this.#current;
    this.#current = null;
    link?.close();
    this.#happen({ kind: 'ended', reason, message });
    if (link) this.#user.onDown(link);
  }

  #try(): void {
    if (this.#attempt || this.#state.kind === 'ended') return;
    this.#stopWaiting();
    const attempt: Attempt = {
      link: null,
      stopLimit: this.#options.timers.after(ATTEMPT_LIMIT_MS, () => this.#attemptFailed(null, 'no answer')),
    };
    this.#attempt = attempt;
    void this.#open(attempt);
  }

  async #open(attempt: Attempt): Promise<void> {
    try {
      const { machineId, connect, getTicket } = this.#options;
      const { ticket, relayUrl } = await getTicket();
      if (this.#attempt !== attempt) return;
      attempt.link = openLink(connect, { relayUrl, machineId, ticket }, this.#listener);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#attemptFailed(endReasonOfTicket(error), error instanceof Error ? error.message : String(error));
    }
  }

  #control(link: Link, frame: RelayToBrowser): void {
    if (frame.kind === 'welcome' && link === this.#attempt?.link) return this.#promote(link, frame);
    if (link === this.#current) {
      if (frame.kind === 'presence') this.#happen(frame);
      if (frame.kind === 'drain') this.#moveWithin(frame.spreadMs);
    }
    this.#user.onControl(link, frame);
  }

  #promote(link: Link, welcome: Welcome): void {
    this.#attempt?.stopLimit();
    this.#attempt = null;
    this.#failedMoves = 0;
    const previous = this.#current;
    this.#current = link;
    this.#happen({ kind: 'welcomed', ...welcome.machine });
    this.#user.onUp(link, welcome, previous);
  }

  #moveWithin(spreadMs: number): void {
    this.#wait(this.#options.random() * spreadMs * MOVE_SHARE);
  }

  #linkEnded(link: Link, reason: EndReason | null, message: string): void {
    if (link === this.#attempt?.link) return this.#attemptFailed(reason, message);
    if (link === this.#current) this.#lost(reason, message);
    this.#user.onDown(link);
  }

  #lost(reason: EndReason | null, message: string): void {
    this.#current = null;
    if (reason) return this.end(reason, message);
    const delay = this.#attempt ? 0 : backoffMs(1, this.#options.random);
    this.#happen({ kind: 'lost', retryAt: this.#options.timers.now() + delay });
    if (!this.#attempt) this.#wait(delay);
  }

  #attemptFailed(reason: EndReason | null, message: string): void {
    this.#dropAttempt();
    if (reason) return this.end(reason, message);
    if (this.#current) return this.#wait(backoffMs(++this.#failedMoves, this.#options.random));
    const failures = this.#state.kind === 'reconnecting' ? this.#state.attempt + 1 : 1;
    const delay = backoffMs(failures, this.#options.random);
    this.#happen({ kind: 'failed', retryAt: this.#options.timers.now() + delay });
    this.#wait(delay);
  }

  #dropAttempt(): void {
    this.#attempt?.stopLimit();
    this.#attempt?.link?.close();
    this.#attempt = null;
  }

  #wait(delayMs: number): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#options.timers.after(delayMs, () => this.#try());
  }

  #happen(happening: ConnectionHappening): void {
    const fresh = { now: this.#options.timers.now(), lastHeardAt: this.#lastHeardAt };
    const next = nextState(this.#state, happening, fresh);
    if (next === this.#state) return;
    this.#state = next;
    this.#user.onState(next);
  }
}
