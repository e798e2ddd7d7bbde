/** The fetch pi's vendor libraries use: to the gateway alone, watched for silence, tool arguments gathered. */
import type { ModelApi } from '@spectral/proto/wire';
import { createArgumentFilter } from './argument-merging.ts';
import { ModelStalled, watchBody } from './watched-body.ts';

export interface GatewayFetchOptions {
  /** Origin every request must go to. */
  readonly gatewayUrl: string;
  readonly api: ModelApi;
  /** Longest silence, before the first byte as after it. */
  readonly silenceMs: number;
  readonly fetch: typeof fetch;
}

/** Rejects requests to any other origin, whatever pi or a model's settings made of the address. */
export function createGatewayFetch(options: GatewayFetchOptions): typeof fetch {
  const origin = new URL(options.gatewayUrl).origin;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (url.origin !== origin)
      throw new Error(`Refused a request to ${url.origin}: models are reached through ${origin} only.`);
    const response = await firstByte(options, input, init ?? {});
    if (!response.ok) return saidOnce(response);
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      return response;
    const body = watchBody(response.body, createArgumentFilter(options.api), options.silenceMs);
    return new Response(body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

/**
 * The first byte may take as long as any other pause. Silence is given as an answer, for the vendors' libraries would
 * repeat a failed request by themselves, each time as long.
 */
async function firstByte(
  options: GatewayFetchOptions,
  input: string | URL | Request,
  init: RequestInit,
): Promise<Response> {
  const stalled = new ModelStalled(options.silenceMs);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(stalled), options.silenceMs);
  const signal = init.signal ? AbortSignal.any([init.signal, silence.signal]) : silence.signal;
  try {
    return await options.fetch(input, { ...init, signal });
  } catch (error) {
    if (error !== stalled) throw error;
    return Response.json(
      { type: 'error', error: { type: stalled.code, message: stalled.message } },
      { status: 408 },
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A refused request is repeated silently only where the gateway named the moment (429 with Retry-After). All other
 * retries are the session's, which tells them to the reader.
 */
function saidOnce(response: Response): Response {
  const named = response.headers.has('retry-after') || response.headers.has('retry-after-ms');
  if ((response.status === 429 && named) || response.headers.has('x-should-retry')) return response;
  const headers = new Headers(response.headers);
  headers.set('x-should-retry', 'false');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
