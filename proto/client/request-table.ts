/**
 * Requests that wait for their answer. They outlive a link: one that broke is sent again, with the same key, on the
 * next link until its deadline; the machine runs a changing request once per key.
 */
import {
  encodeFrame,
  FrameKind,
  HEADER_BYTES,
  toPayload,
  type DataFrame,
  type RequestPayload,
  type ResponsePayload,
} from '../wire/index.ts';
import { answerOf, isBroken } from './answers.ts';
import { LinkClosed, MachineTimeout, RequestFailed } from './errors.ts';
import type { Link } from './link.ts';
import type { Timers } from './timers.ts';

export interface Call {
  readonly payload: RequestPayload;
  readonly timeoutMs: number;
  /** Whether to send it again on the next link when the one it was sent on breaks. */
  readonly retry: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly id: number;
  readonly frame: Uint8Array;
  readonly call: Call;
  /** Null while it waits for a link. */
  sentOn: Link | null;
  resolve(response: ResponsePayload): void;
  reject(error: unknown): void;
  /** Stops the wait before it is sent again. */
  stopWaiting(): void;
  /** Stops the deadline and the signal. */
  release(): void;
}

/** Wait before a request is sent again whose machine's link broke under it. */
const BROKEN_MS = 500;
const HIGHEST_ID = 0xffffffff;

export class RequestTable {
  readonly #timers: Timers;
  readonly #pending = new Map<number, Pending>();
  #link: Link | null = null;
  #maxFrameBytes = Number.POSITIVE_INFINITY;
  #lastId = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Rejects with MachineOffline, MachineTimeout, RequestFailed, LinkClosed, or with the signal's reason. */
  call(call: Call): Promise<ResponsePayload> {
    call.signal?.throwIfAborted();
    const id = this.#nextId();
    const payload = toPayload(call.payload);
    if (payload.length + HEADER_BYTES > this.#maxFrameBytes)
      throw tooLarge(payload.length, this.#maxFrameBytes);
    const frame = encodeFrame({ kind: FrameKind.request, target: id }, payload);
    const stopWaiting = () => {};
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        id,
        frame,
        call,
        sentOn: null,
        resolve,
        reject,
        stopWaiting,
        release: stopWaiting,
      };
      this.#pending.set(id, pending);
      this.#limit(pending);
      this.#send(pending);
    });
  }

  /** Sends what waits on this link, and all later requests. Those under way on the previous link stay there. */
  linkUp(link: Link, maxFrameBytes: number): void {
    this.#link = link;
    this.#maxFrameBytes = maxFrameBytes;
    for (const pending of this.#pending.values()) if (!pending.sentOn) this.#send(pending);
  }

  /** The link broke: its requests go to the next one, those not to be repeated fail with LinkClosed. */
  linkDown(link: Link): void {
    if (this.#link === link) this.#link = null;
    for (const pending of [...this.#pending.values()].filter(({ sentOn }) => sentOn === link)) {
      pending.sentOn = null;
      if (pending.call.retry) this.#send(pending);
      else this.#fail(pending, new LinkClosed('the link to the relay broke before the answer came'));
    }
  }

  /** Takes an answer; one that nobody waits for any more is left out. */
  answer(frame: DataFrame): void {
    const pending = this.#pending.get(frame.target);
    if (!pending) return;
    try {
      if (pending.call.retry && isBroken(frame)) return this.#sendAgain(pending);
      const response = answerOf(frame);
      this.#forget(pending);
      pending.resolve(response);
    } catch (error) {
      this.#fail(pending, error);
    }
  }

  /** Whether answers are still expected on this link. */
  waitsOn(link: Link): boolean {
    return [...this.#pending.values()].some(({ sentOn }) => sentOn === link);
  }

  /** Every waiting request fails with LinkClosed. */
  end(message: string): void {
    for (const pending of this.#pending.values()) this.#fail(pending, new LinkClosed(message));
  }

  #limit(pending: Pending): void {
    const { signal, timeoutMs } = pending.call;
    const abort = () => this.#fail(pending, signal?.reason);
    const stopDeadline = this.#timers.after(timeoutMs, () => this.#fail(pending, this.#lateness(pending)));
    signal?.addEventListener('abort', abort);
    pending.release = () => {
      stopDeadline();
      signal?.removeEventListener('abort', abort);
    };
  }

  #lateness({ sentOn, call }: Pending): Error {
    const seconds = call.timeoutMs / 1000;
    return sentOn
      ? new MachineTimeout(
          `the machine did not answer within ${seconds} s; it may still carry the request out`,
        )
      : new LinkClosed(
          `no link to the relay for the ${seconds} s this request may take; try again when it is back`,
        );
  }

  #fail(pending: Pending, error: unknown): void {
    this.#forget(pending);
    pending.reject(error);
  }

  #forget(pending: Pending): void {
    this.#pending.delete(pending.id);
    pending.stopWaiting();
    pending.release();
  }

  /** The relay knows soon whether the machine is back or away; it is asked the same again then. */
  #sendAgain(pending: Pending): void {
    pending.sentOn = null;
    pending.stopWaiting = this.#timers.after(BROKEN_MS, () => this.#send(pending));
  }

  #send(pending: Pending): void {
    pending.stopWaiting();
    if (!this.#link) return;
    pending.sentOn = this.#link;
    this.#link.sendFrame(pending.frame);
  }

  #nextId(): number {
    do this.#lastId = this.#lastId >= HIGHEST_ID ? 1 : this.#lastId + 1;
    while (this.#pending.has(this.#lastId));
    return this.#lastId;
  }
}

function tooLarge(bytes: number, limit: number): RequestFailed {
  return new RequestFailed(
    413,
    'frame-too-large',
    `expected a request of at most ${limit} bytes, got ${bytes}`,
  );
}
