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
  const { response, dialect, requestId } = options;
  let phase: 'waiting' | 'passing' | 'over' = 'waiting';
  let controller: Dispatcher.DispatchController | null = null;
  let tap: UsageTap | null = null;
  let streamed = false;
  let status: number | null = null;
  let held: Buffer | null = null;
  let triedAgain = false;
  let whole = false;
  let stalled: NodeJS.Timeout | undefined;
  let settled: Promise<void> | null = null;

  const settle = (outcome: CallOutcome): Promise<void> =>
    (settled ??= options.settle({ outcome, httpStatus: status, ...figures(outcome, status, tap) }));

  const write = (chunk: Buffer, from: Dispatcher.DispatchController): void => {
    if (response.write(chunk)) return;
    from.pause();
    clearTimeout(stalled);
    stalled = setTimeout(() => response.destroy(), options.readerStallMs);
    response.once('drain', () => {
      clearTimeout(stalled);
      from.resume();
    });
  };

  const releaseHeld = (from: Dispatcher.DispatchController): void => {
    const chunk = held;
    held = null;
    if (chunk && !response.destroyed) write(chunk, from);
  };

  /** Ends a call that cannot end well: an error answer if nothing was sent yet, else an error event and a broken line. */
  const breakOff = async (refusal: Refusal, outcome: CallOutcome): Promise<void> => {
    const begun = phase === 'passing';
    phase = 'over';
    controller?.abort(refusal);
    await settle(outcome);
    if (response.destroyed) return;
    if (!begun) return sendRefusal(response, refusal, dialect, requestId);
    if (held) response.write(held);
    if (whole) return void response.end();
    if (streamed && tap?.betweenEvents()) response.write(refusalEvent(refusal, dialect, requestId));
    // Without a final chunk: whoever reads this knows that the answer is not whole.
    response.socket?.destroySoon();
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(starting) {
      controller = starting;
      if (phase === 'over') starting.abort(new Error('the caller has left'));
    },
    onResponseStart(_controller, statusCode, headers) {
      if (statusCode < 200 || phase === 'over') return;
      status = statusCode;
      const refusal = upstreamStatusRefusal(statusCode);
      if (refusal) return void breakOff(refusal, 'failed');
      phase = 'passing';
      streamed = isEventStream(headers);
      tap = tapFor(headers, dialect);
      response.writeHead(statusCode, callerHeaders(headers, requestId));
      response.flushHeaders();
    },
    onResponseData(from, chunk) {
      if (phase !== 'passing' || !tap) return;
      options.onFirstByte();
      const ends = tap.push(chunk);
      if (streamed && (!ends || whole)) return write(chunk, from);
      releaseHeld(from);
      held = chunk;
      if (!streamed) return;
      whole = true;
      from.pause();
      void settle(tap.failed() ? 'failed' : 'ok').then(() => {
        from.resume();
        releaseHeld(from);
      });
    },
    onResponseEnd(from) {
      if (phase !== 'passing') return;
      phase = 'over';
      const failed = (status ?? 0) >= 400 || tap?.failed();
      void settle(failed ? 'failed' : 'ok').then(() => {
        releaseHeld(from);
        if (!response.destroyed) response.end();
      });
    },
    onResponseError(_controller, error) {
      if (phase === 'over') return;
      if (phase === 'passing') return void breakOff(new Refusal('upstream-cut', CUT_MESSAGE[dialect], error), 'cut');
      if (!triedAgain && isRetriable(error)) {
        triedAgain = true;
        return send();
      }
      void breakOff(upstreamRefusal(error), 'failed');
    },
  };

  const send = (): void => {
    options.upstream.dispatch({ method: 'POST', ...options.request }, handler);
  };

  response.once('close', () => {
    clearTimeout(stalled);
    if (phase === 'over') return;
    phase = 'over';
    controller?.abort(new Error('the caller has left'));
    void settle('aborted');
  });

  if (response.destroyed) {
    phase = 'over';
    void settle('aborted');
  } else send();
  return {
    stop: (refusal) => {
      if (phase !== 'over') void breakOff(refusal, 'stopped');
    },
  };
}

/** Answers with an error of the gateway's own. */
export function sendRefusal(response: ServerResponse, refusal: Refusal, dialect: Dialect, requestId: string): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = refusalAnswer(refusal, dialect, requestId);
  response.writeHead(status, headers);
  response.end(body);
}

const CUT_MESSAGE: Readonly<Record<Dialect, string>> = {
  anthropic: 'The upstream connection was lost: stream ended before message_stop.',
  openai: 'The upstream connection was lost: stream ended before its end mark.',
};

function tapFor(headers: IncomingHttpHeaders, dialect: Dialect): UsageTap {
  return isEventStream(headers) ? createStreamTap(dialect) : createJsonTap(dialect);
}

/** What to record. A refused call used nothing; of one that broke off the output so far is estimated. */
function figures(outcome: CallOutcome, status: number | null, tap: UsageTap | null): Pick<Ending, 'usage' | 'estimated'> {
  if (status !== null && status >= 400) return { usage: NOTHING_USED, estimated: false };
  const usage = tap?.usage() ?? null;
  if (outcome === 'ok' && usage) return { usage, estimated: false };
  if (!tap) return { usage: outcome === 'failed' ? NOTHING_USED : null, estimated: outcome !== 'failed' };
  if (!usage) return { usage: null, estimated: true };
  return { usage: { ...usage, output: Math.max(usage.output, tap.estimatedOutput()) }, estimated: true };
}

const NOTHING_USED: CallUsage = { ...NO_TOKENS, servedModel: null, webSearches: 0, others: [], specialRate: false };
