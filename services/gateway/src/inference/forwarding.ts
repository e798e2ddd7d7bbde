/**
 * One call on its way: the upstream's answer passes to the caller byte for byte, as fast as the caller reads.
 *
 *   waiting ──head──▶ passing ──end, cut, caller gone, stop──▶ over
 *      └──refused, unreachable, caller gone, stop───────────────▲
 *
 * The end of an answer is held back until `settle` has made its record durable: of a stream the bytes with its end mark,
 * of a JSON answer its last bytes. A caller that leaves takes the upstream along; an upstream that breaks off shows as an
 * error event and a broken connection, never as a tidy end.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { createJsonTap, createStreamTap, type Dialect, type UsageTap } from '../usage/tap.ts';
import type { CallOutcome } from '../usage/ledger.ts';
import { NO_TOKENS, type CallUsage } from '../usage/call-usage.ts';
import { callerHeaders, isEventStream } from './headers.ts';
import { Refusal, refusalAnswer, refusalEvent } from './refusal.ts';
import { isRetriable, upstreamRefusal, upstreamStatusRefusal } from './upstream-errors.ts';

/** How a call ended. */
export interface Ending {
  readonly outcome: CallOutcome;
  readonly httpStatus: number | null;
  readonly usage: CallUsage | null;
  readonly estimated: boolean;
}

export interface ForwardOptions {
  readonly upstream: Pick<Dispatcher, 'dispatch'>;
  readonly request: { readonly path: string; readonly headers: string[]; readonly body: Buffer };
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly requestId: string;
  /** A caller that reads nothing for this long is let go. */
  readonly readerStallMs: number;
  /** Called once. What is held back of the answer goes out when it resolves. */
  readonly settle: (ending: Ending) => Promise<void>;
  /** Called when the first byte of the answer's body has come. */
  readonly onFirstByte: () => void;
}

export interface Forwarding {
  /** Ends the call early, telling the caller why. No effect when it is over. */
  stop(refusal: Refusal): void;
}

/** Sends the request upstream and passes the answer on. Returns at once. */
export function forward(options: ForwardOptions): Forwarding {
  const call = new ForwardedCall(options);
  call.start();
  return call;
}

class ForwardedCall implements Dispatcher.DispatchHandler, Forwarding {
  readonly #options: ForwardOptions;
  #phase: 'waiting' | 'passing' | 'over' = 'waiting';
  #upstream: Dispatcher.DispatchController | null = null;
  #status: number | null = null;
  #tap: UsageTap | null = null;
  #streamed = false;
  /** The end of the answer, until its record is durable. */
  #held: Buffer | null = null;
  /** The stream's own end mark has come. */
  #whole = false;
  #triedAgain = false;
  #settled: Promise<void> | null = null;
  #stalled: NodeJS.Timeout | undefined;

  constructor(options: ForwardOptions) {
    this.#options = options;
  }

  start(): void {
    const { response } = this.#options;
    if (response.destroyed) return this.#callerLeft();
    response.once('close', () => this.#callerLeft());
    this.#send();
  }

  stop(refusal: Refusal): void {
    if (this.#phase !== 'over') void this.#breakOff(refusal, 'stopped');
  }

  onRequestStart(upstream: Dispatcher.DispatchController): void {
    this.#upstream = upstream;
    if (this.#phase === 'over') upstream.abort(new Error('the caller has left'));
  }

  onResponseStart(
    _upstream: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#phase === 'over') return;
    this.#status = status;
    const refusal = upstreamStatusRefusal(status);
    if (refusal) return void this.#breakOff(refusal, 'failed');
    const { response, dialect, requestId } = this.#options;
    this.#phase = 'passing';
    this.#streamed = isEventStream(headers);
    this.#tap = this.#streamed ? createStreamTap(dialect) : createJsonTap(dialect);
    response.writeHead(status, callerHeaders(headers, requestId));
    response.flushHeaders();
  }

  onResponseData(upstream: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase !== 'passing' || !this.#tap) return;
    this.#options.onFirstByte();
    const ends = this.#tap.push(chunk);
    if (this.#streamed && (!ends || this.#whole)) return this.#write(chunk, upstream);
    this.#releaseHeld(upstream);
    this.#held = chunk;
    if (this.#streamed) this.#passEnd(upstream);
  }

  onResponseEnd(upstream: Dispatcher.DispatchController): void {
    if (this.#phase !== 'passing') return;
    this.#phase = 'over';
    void this.#settle(this.#endOutcome()).then(() => {
      this.#releaseHeld(upstream);
      if (!this.#options.response.destroyed) this.#options.response.end();
    });
  }

  onResponseError(_upstream: Dispatcher.DispatchController, error: Error): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'passing') {
      const cut = new Refusal('upstream-cut', CUT_MESSAGE[this.#options.dialect], error);
      return void this.#breakOff(cut, 'cut');
    }
    if (this.#triedAgain || !isRetriable(error)) return void this.#breakOff(upstreamRefusal(error), 'failed');
    this.#triedAgain = true;
    this.#send();
  }

  #send(): void {
    this.#options.upstream.dispatch({ method: 'POST', ...this.#options.request }, this);
  }

  /** The stream's end mark has come: what is left of it waits for the record. */
  #passEnd(upstream: Dispatcher.DispatchController): void {
    this.#whole = true;
    upstream.pause();
    void this.#settle(this.#endOutcome()).then(() => {
      upstream.resume();
      this.#releaseHeld(upstream);
    });
  }

  #callerLeft(): void {
    clearTimeout(this.#stalled);
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#upstream?.abort(new Error('the caller has left'));
    void this.#settle('aborted');
  }

  /** Ends a call that cannot end well: an error answer if nothing was sent yet, else an error event and a broken line. */
  async #breakOff(refusal: Refusal, outcome: CallOutcome): Promise<void> {
    const { response, dialect, requestId } = this.#options;
    const begun = this.#phase === 'passing';
    this.#phase = 'over';
    this.#upstream?.abort(refusal);
    await this.#settle(outcome);
    if (response.destroyed) return;
    if (!begun) return sendRefusal(response, refusal, dialect, requestId);
    if (this.#held) response.write(this.#held);
    if (this.#whole) return void response.end();
    if (this.#streamed && this.#tap?.betweenEvents())
      response.write(refusalEvent(refusal, dialect, requestId));
    // Without a final chunk: whoever reads this knows that the answer is not whole.
    response.socket?.destroySoon();
  }

  #settle(outcome: CallOutcome): Promise<void> {
    const ending = () => ({
      outcome,
      httpStatus: this.#status,
      ...figures(outcome, this.#status, this.#tap),
    });
    this.#settled ??= this.#options.settle(ending());
    return this.#settled;
  }

  #endOutcome(): CallOutcome {
    return (this.#status ?? 0) >= 400 || this.#tap?.failed() ? 'failed' : 'ok';
  }

  /** Hands bytes on, and reads no further until the caller has taken them. */
  #write(chunk: Buffer, upstream: Dispatcher.DispatchController): void {
    const { response, readerStallMs } = this.#options;
    if (response.write(chunk)) return;
    upstream.pause();
    clearTimeout(this.#stalled);
    this.#stalled = setTimeout(() => response.destroy(), readerStallMs);
    response.once('drain', () => {
      clearTimeout(this.#stalled);
      upstream.resume();
    });
  }

  #releaseHeld(upstream: Dispatcher.DispatchController): void {
    const chunk = this.#held;
    this.#held = null;
    if (chunk && !this.#options.response.destroyed) this.#write(chunk, upstream);
  }
}

/** Answers with an error of the gateway's own. */
export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  dialect: Dialect,
  requestId: string,
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = refusalAnswer(refusal, dialect, requestId);
  response.writeHead(status, headers);
  response.end(body);
}

const CUT_MESSAGE: Readonly<Record<Dialect, string>> = {
  anthropic: 'The upstream connection was lost: stream ended before message_stop.',
  openai: 'The upstream connection was lost: stream ended before its end mark.',
};

/** What to record. A refused call used nothing; of one that broke off the output so far is estimated. */
function figures(
  outcome: CallOutcome,
  status: number | null,
  tap: UsageTap | null,
): Pick<Ending, 'usage' | 'estimated'> {
  if (status !== null && status >= 400) return { usage: NOTHING_USED, estimated: false };
  const usage = tap?.usage() ?? null;
  if (outcome === 'ok' && usage) return { usage, estimated: false };
  if (!tap) return { usage: outcome === 'failed' ? NOTHING_USED : null, estimated: outcome !== 'failed' };
  if (!usage) return { usage: null, estimated: true };
  return { usage: { ...usage, output: Math.max(usage.output, tap.estimatedOutput()) }, estimated: true };
}

const NOTHING_USED: CallUsage = {
  ...NO_TOKENS,
  servedModel: null,
  webSearches: 0,
  others: [],
  specialRate: false,
};
