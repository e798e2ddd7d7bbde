/** One browser's Socket.IO connection: frames in and out, its window, its limits. What the frames mean is routing's. */
import type { Logger } from '@spectral/common';
import {
  BadFrame,
  BadInput,
  CLOSE,
  CONTROL_EVENT,
  DATA_EVENT,
  FrameKind,
  MAX_CONTROL_BYTES,
  MAX_FRAME_BYTES,
  decodeFrame,
  framesOf,
  parseBrowserToRelay,
} from '@spectral/proto/wire';
import type { Actor, CloseReason, RelayToBrowser, TicketClaims } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import type { Reader } from '../routing/reader.ts';
import { answerFrame, tooManyAnswer } from '../routing/relay-answer.ts';
import { presenceOf, type Seat } from '../routing/watched-machine.ts';
import type { WatchedMachines } from '../routing/watched-machines.ts';
import type { Timers } from '../timers.ts';
import { RateLimiter, type RateLimits } from './rate-limit.ts';
import { excessMessage, type RateExcess, type Rates } from './rates.ts';
import { SendWindow, type EngineConnection } from './send-window.ts';

/** What is used of a Socket.IO socket. */
export interface BrowserConnection {
  readonly conn: EngineConnection & {
    close(): unknown;
    /** The upgrade, with all its headers; its TCP socket is the connection's. */
    request: { readonly socket: { destroy(): unknown } } | null;
  };
  emit(event: typeof CONTROL_EVENT, text: string): unknown;
  /** Sees every event before listeners do; without calling `next` they do not hear it. */
  use(listener: (event: unknown[], next: () => void) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'disconnect', listener: (reason: string) => void): unknown;
  disconnect(close: boolean): unknown;
}

export interface BrowserSocketParts {
  readonly watched: WatchedMachines;
  readonly counters: RelayCounters;
  readonly log: Logger;
  readonly now: () => number;
  readonly timers: Timers;
  /** Of this connection. */
  readonly rate: RateLimits;
  readonly rates: Pick<Rates, 'user' | 'teamBrowsers'>;
  readonly windowBytes: number;
}

/** Answers and control frames pass a full window, up to this much; a browser that reads none of them is let go. */
const OVERDRAFT_BYTES = 3 * MAX_FRAME_BYTES;
/** Someone this far above their rate floods. */
const FLOOD_MS = 10_000;
const CLOSE_GRACE_MS = 2_000;

export class BrowserSocket implements Reader {
  readonly number: number;
  readonly claims: TicketClaims;
  readonly actor: Actor;
  readonly #socket: BrowserConnection;
  readonly #parts: BrowserSocketParts;
  /** The TCP socket under it all. */
  readonly #wire: { destroy(): unknown } | undefined;
  readonly #window: SendWindow;
  readonly #since: number;
  /** Made at the first frame: most connections of a fleet are idle. */
  #limiter: RateLimiter | null = null;
  #ending: CloseReason | null = null;

  constructor(number: number, claims: TicketClaims, socket: BrowserConnection, parts: BrowserSocketParts) {
    this.number = number;
    this.claims = claims;
    this.actor = { userId: claims.sub, name: claims.name };
    this.#socket = socket;
    this.#parts = parts;
    this.#wire = socket.conn.request?.socket;
    // Nobody reads the upgrade any more, and it is several kilobytes for as long as the connection lasts.
    socket.conn.request = null;
    this.#window = new SendWindow(socket.conn, parts.windowBytes);
    this.#since = parts.now();
  }

  /** Takes the seat, greets, and lets frames in. */
  start(): void {
    const seat = this.#parts.watched.join(this);
    // In front of the listeners, so that an event named like one of Socket.IO's own reaches none of them.
    this.#socket.use(([event, payload]) => this.#receive(seat, event, payload));
    // The parser threw: Socket.IO closes this connection right after.
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('disconnect', (reason) => this.#end(seat, reason));
    this.sendControl({
      kind: 'welcome',
      protocol: 1,
      connectionId: `${this.number}`,
      maxFrameBytes: MAX_FRAME_BYTES,
      machine: { id: this.claims.machine, ...presenceOf(seat.machine) },
    });
  }

  sendAnswer(frame: Uint8Array): void {
    this.#count(frame);
    this.#window.send(frame);
    this.#boundOverdraft();
  }

  sendChannelFrame(frame: Uint8Array): boolean {
    if (!this.#window.offer(frame)) return false;
    this.#count(frame);
    return true;
  }

  sendControl(control: RelayToBrowser): void {
    const text = JSON.stringify(control);
    this.#window.flush();
    this.#window.note(text.length);
    this.#socket.emit(CONTROL_EVENT, text);
    this.#boundOverdraft();
  }

  close(reason: CloseReason, message: string): void {
    if (this.#ending) return;
    this.#ending = reason;
    this.sendControl({ kind: 'closed', code: reason.code, reason: reason.reason, message });
    this.#socket.disconnect(true);
    this.#cutSoon();
  }

  #receive(seat: Seat, event: unknown, payload: unknown): void {
    if (this.#ending) return;
    try {
      if (event === DATA_EVENT && payload instanceof Uint8Array) this.#receiveMessage(seat, payload);
      else if (event === CONTROL_EVENT && typeof payload === 'string') this.#receiveControl(seat, payload);
      else throw new BadFrame(`expected "${CONTROL_EVENT}" with text or "${DATA_EVENT}" with bytes`);
    } catch (error) {
      this.#fail(error);
    }
  }

  #receiveMessage(seat: Seat, message: Uint8Array): void {
    const { counters } = this.#parts;
    counters.bytesFromBrowsers += message.length;
    if (message.length > MAX_FRAME_BYTES)
      return this.close(CLOSE.frameTooLarge, `A frame has at most ${MAX_FRAME_BYTES} bytes.`);
    const frames = framesOf(message);
    counters.framesFromBrowsers += frames.length;
    for (const frame of frames) this.#receiveFrame(seat, frame);
  }

  #receiveFrame(seat: Seat, frame: Uint8Array): void {
    if (this.#ending) return;
    const { watched } = this.#parts;
    const excess = this.#excess(frame.length);
    if (excess) this.#refuseRequest(frame, excess);
    else watched.request(seat, frame);
  }

  #receiveControl(seat: Seat, text: string): void {
    if (text.length > MAX_CONTROL_BYTES) throw new BadFrame('the control frame is too large');
    const control = parseBrowserToRelay(text);
    const excess = this.#excess(text.length);
    if (excess) {
      const message = `${excessMessage(excess)} The frame was dropped.`;
      return this.sendControl({ kind: 'error', code: CLOSE.rateLimited.reason, message });
    }
    if (control.kind === 'open') this.#parts.watched.open(seat, control.channel, control.cursor);
    else this.#parts.watched.close(seat, control.channel);
  }

  /** Whose rate this frame passes; null, and counted, when it is within all of them. */
  #excess(bytes: number): RateExcess | null {
    const excess = this.#ownExcess(bytes) ?? this.#sharedExcess(bytes);
    if (excess) this.#parts.counters.rateLimited += 1;
    return excess;
  }

  #ownExcess(bytes: number): RateExcess | null {
    const { now, rate } = this.#parts;
    this.#limiter ??= new RateLimiter(rate, now());
    const waitMs = this.#limiter.take(bytes, now());
    if (waitMs > FLOOD_MS) this.close(CLOSE.rateLimited, 'This connection sent far more than it may.');
    return waitMs === 0 ? null : { whose: 'connection', waitMs, limits: rate };
  }

  /** What is refused here is not counted, so that one flooding connection does not shut out its neighbours for long. */
  #sharedExcess(bytes: number): RateExcess | null {
    const { user, teamBrowsers } = this.#parts.rates;
    const userMs = user.admit(this.claims.sub, bytes);
    if (userMs > 0) return { whose: 'user', waitMs: userMs, limits: user.limits };
    const teamMs = teamBrowsers.admit(this.claims.team, bytes);
    return teamMs === 0 ? null : { whose: 'team', waitMs: teamMs, limits: teamBrowsers.limits };
  }

  #refuseRequest(frame: Uint8Array, excess: RateExcess): void {
    const { kind, target } = decodeFrame(frame);
    if (kind !== FrameKind.request || this.#ending) return;
    this.#parts.counters.requestsRefused += 1;
    const details = { limit: excess.whose, retryAfterMs: excess.waitMs };
    this.sendAnswer(answerFrame(target, tooManyAnswer(`${excessMessage(excess)} Wait a moment.`, details)));
  }

  #boundOverdraft(): void {
    if (this.#window.queued <= this.#parts.windowBytes + OVERDRAFT_BYTES) return;
    this.close(CLOSE.rateLimited, 'This connection does not read what it asked for.');
  }

  #fail(error: unknown): void {
    if (this.#ending) return;
    const isBad = error instanceof BadFrame || error instanceof BadInput;
    this.#parts.counters.badFrames += 1;
    if (!isBad)
      this.#parts.log.error({ err: error, machineId: this.claims.machine }, 'a frame was not handled');
    this.close(CLOSE.badFrame, isBad ? error.message : 'The relay failed on this frame.');
  }

  /** A browser that reads nothing would otherwise keep the connection, and what is queued for it, for half a minute. */
  #cutSoon(): void {
    this.#parts.timers.after(CLOSE_GRACE_MS, () => void this.#wire?.destroy());
  }

  #count(frame: Uint8Array): void {
    this.#parts.counters.framesToBrowsers += 1;
    this.#parts.counters.bytesToBrowsers += frame.length;
  }

  #end(seat: Seat, reason: string): void {
    this.#parts.watched.leave(seat);
    // Left alone, a connection that gave up its namespace would idle on.
    this.#socket.conn.close();
    this.#cutSoon();
    const { machine: machineId, team: teamId, sub: userId } = this.claims;
    const durationMs = this.#parts.now() - this.#since;
    const cause = this.#ending?.reason ?? reason;
    this.#parts.log.info(
      { machineId, teamId, userId, reason: cause, durationMs },
      'browser connection ended',
    );
  }
}
