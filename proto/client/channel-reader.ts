/**
 * Follows one channel: sends `open`, hands over the log's events exactly once and in order, and opens again from its
 * cursor when something is missing. What is missing is decided by cursor-tracker.ts; here are the link and the timers.
 */
import {
  FrameFlag,
  FrameKind,
  type BrowserToRelay,
  type Cursor,
  type DataFrame,
  type RelayToBrowser,
} from '../wire/index.ts';
import {
  eventsArrived,
  headArrived,
  newTracker,
  opened,
  snapshotArrived,
  type Step,
  type Tracker,
} from './cursor-tracker.ts';
import type { Placed, StreamFormat, StreamPayload } from './stream-payload.ts';
import type { Timers } from './timers.ts';

/** An open that brought nothing new for this long is repeated; the last repeats for ever. */
const ANSWER_MS = [5_000, 10_000, 20_000, 30_000] as const;
/** Waits before opening again, by the number of times that did not help for long. */
const REOPEN_MS = [0, 250, 500, 1_000, 2_000, 5_000, 10_000] as const;
/** Wait after a refusal that may be passing, such as a log that could not be read. */
const REFUSED_MS = 10_000;
/** A channel that was whole for this long begins anew with the waits. */
const STABLE_MS = 5_000;

/**
 * `opening`: nothing has come yet; `live`: as new as the machine; `behind`: shows what was, newer events are being
 * asked for or the machine is away; `refused`: the machine will not serve it, with code `not-found` for good (the session
 * was deleted), else it is asked again from time to time.
 */
export type ChannelState =
  | { readonly kind: 'opening' | 'live' | 'closed' }
  | { readonly kind: 'behind'; readonly since: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface ChannelHandlers<R, E> {
  /** A snapshot begins. `fresh`: forget everything of this channel first, its history comes from the beginning. */
  onReady(ready: R, fresh: boolean): void;
  /** The next events, in order, never twice; a merged one stands for the numbers `first`…`seq`. */
  onEvents(events: readonly E[], cursor: Cursor): void;
  onState?(state: ChannelState): void;
}

export interface ChannelParts<R, E> {
  readonly channel: string;
  readonly format: StreamFormat<R, E>;
  readonly handlers: ChannelHandlers<R, E>;
  readonly timers: Timers;
  /** Where to continue; only with the events up to there in hand. */
  readonly cursor?: Cursor | undefined;
  send(frame: BrowserToRelay): void;
}

/** A reader of any kind of channel, as the client keeps it. */
export interface Reader {
  readonly channel: string;
  /** The machine can be reached (again): open from the cursor. */
  reachable(): void;
  /** The link or the machine is gone. */
  unreachable(): void;
  control(frame: Extract<RelayToBrowser, { kind: 'gap' | 'refused' }>): void;
  data(frame: DataFrame): void;
  close(): void;
}

export class ChannelReader<R, E> implements Reader {
  readonly #parts: ChannelParts<R, E>;
  #tracker: Tracker<Placed<E>>;
  #state: ChannelState = { kind: 'opening' };
  #isReachable = false;
  #reopens = 0;
  #unanswered = 0;
  #liveSince: number | null = null;
  #stopAnswerTimer: () => void = () => {};
  #stopReopenTimer: (() => void) | null = null;

  constructor(parts: ChannelParts<R, E>) {
    this.#parts = parts;
    this.#tracker = newTracker(parts.cursor);
  }

  get channel(): string {
    return this.#parts.channel;
  }

  get cursor(): Cursor {
    return this.#tracker.cursor;
  }

  get state(): ChannelState {
    return this.#state;
  }

  reachable(): void {
    if (this.#state.kind === 'closed') return;
    if (this.#state.kind === 'refused') this.#become({ kind: 'opening' });
    this.#isReachable = true;
    this.#reopens = 0;
    this.#unanswered = 0;
    this.#open();
  }

  unreachable(): void {
    this.#isReachable = false;
    this.#stopTimers();
    this.#tracker = opened(this.#tracker);
    this.#fallBehind();
  }

  control(frame: Extract<RelayToBrowser, { kind: 'gap' | 'refused' }>): void {
    if (frame.kind === 'gap') return this.#reopen();
    this.#refused(frame.code, frame.message);
  }

  data(frame: DataFrame): void {
    if (this.#state.kind === 'refused' || this.#state.kind === 'closed') return;
    if (frame.kind === FrameKind.head) {
      return this.#take(headArrived(this.#tracker, { epoch: frame.target, seq: frame.sequence }), null);
    }
    const payload = this.#read(frame);
    if (!payload) return this.#reopen();
    if (frame.kind === FrameKind.snapshot) this.#snapshot(frame, payload);
    if (frame.kind === FrameKind.events) {
      this.#take(eventsArrived(this.#tracker, { epoch: frame.target, events: payload.events }), null);
    }
  }

  close(): void {
    if (this.#state.kind === 'closed') return;
    this.#stopTimers();
    if (this.#isReachable) this.#parts.send({ kind: 'close', channel: this.channel });
    this.#isReachable = false;
    this.#become({ kind: 'closed' });
  }

  /** A session that is not there stays away; any other refusal may be over after a while. */
  #refused(code: string, message: string): void {
    this.#stopTimers();
    this.#become({ kind: 'refused', code, message });
    if (code !== 'not-found')
      this.#stopReopenTimer = this.#parts.timers.after(REFUSED_MS, () => this.reachable());
  }

  #open(): void {
    this.#stopTimers();
    this.#tracker = opened(this.#tracker);
    this.#parts.send({ kind: 'open', channel: this.channel, cursor: this.#tracker.cursor });
    this.#expectAnswer();
  }

  #expectAnswer(): void {
    this.#stopAnswerTimer();
    const limit = ANSWER_MS[Math.min(this.#unanswered, ANSWER_MS.length - 1)] ?? 0;
    this.#stopAnswerTimer = this.#parts.timers.after(limit, () => {
      this.#unanswered++;
      this.#fallBehind();
      this.#open();
    });
  }

  #reopen(): void {
    if (!this.#isReachable || this.#stopReopenTimer || this.#state.kind === 'refused') return;
    if (this.#liveSince !== null && this.#parts.timers.now() - this.#liveSince > STABLE_MS) this.#reopens = 0;
    this.#liveSince = null;
    const delay = REOPEN_MS[Math.min(this.#reopens, REOPEN_MS.length - 1)] ?? 0;
    this.#reopens++;
    if (delay === 0) return this.#open();
    this.#fallBehind();
    this.#stopReopenTimer = this.#parts.timers.after(delay, () => this.#open());
  }

  #snapshot(frame: DataFrame, { ready, epoch, from, events }: StreamPayload<R, E>): void {
    const start = ready === null ? null : this.#parts.format.startOf(ready);
    const piece = {
      ready: start,
      epoch: epoch ?? start?.epoch ?? 0,
      from: from ?? start?.from ?? null,
      events,
      sequence: frame.sequence,
      final: (frame.flags & FrameFlag.final) !== 0,
    };
    const step = snapshotArrived(this.#tracker, piece);
    this.#take(step, ready);
    if (step.tracker.phase === 'filling') this.#expectAnswer();
  }

  /** Null for a payload of another version or shape; its place in the log is unknown, so it counts as lost. */
  #read(frame: DataFrame): StreamPayload<R, E> | null {
    try {
      return this.#parts.format.read(frame.payload);
    } catch {
      return null;
    }
  }

  #take(step: Step<Placed<E>>, ready: R | null): void {
    const { onReady, onEvents } = this.#parts.handlers;
    const wasOpening = this.#tracker.phase === 'opening';
    this.#tracker = step.tracker;
    if (ready !== null && step.tracker.phase !== 'opening' && (wasOpening || step.reset))
      onReady(ready, step.reset);
    const events = step.apply.flatMap(({ event }) => (event === null ? [] : [event]));
    if (events.length > 0 && !this.#isClosed()) onEvents(events, step.tracker.cursor);
    if (step.reopen) this.#reopen();
    else if (step.tracker.phase === 'live') this.#arrive();
  }

  /** Whole and as new as the machine. */
  #arrive(): void {
    if (this.#stopReopenTimer) return;
    this.#stopAnswerTimer();
    this.#unanswered = 0;
    this.#liveSince ??= this.#parts.timers.now();
    this.#become({ kind: 'live' });
  }

  #fallBehind(): void {
    if (this.#state.kind === 'live') this.#become({ kind: 'behind', since: this.#parts.timers.now() });
  }

  /** A handler may close the channel while it is being told. */
  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  #become(state: ChannelState): void {
    if (this.#state.kind === state.kind || this.#isClosed()) return;
    this.#state = state;
    this.#parts.handlers.onState?.(state);
  }

  #stopTimers(): void {
    this.#stopAnswerTimer();
    this.#stopReopenTimer?.();
    this.#stopReopenTimer = null;
  }
}
