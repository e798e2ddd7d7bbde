/** One HTTP call that sends and expects JSON, with a limit on its time. */
import type * as v from 'valibot';
import { BadInput, errorBody, parse } from '@spectral/proto/wire';
import { BackendRefused, BackendUnreachable } from './backend-errors.ts';

export const CALL_TIMEOUT_MS = 10_000;

export interface JsonCall {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/**
 * Calls `url` and returns its answer checked against `schema`.
 * Throws BackendUnreachable (no answer, or not the expected one) or BackendRefused (status 400 and above).
 */
export async function callJson<S extends v.GenericSchema>(
  fetchUrl: typeof fetch,
  url: string,
  schema: S,
  call: JsonCall = {},
): Promise<v.InferOutput<S>> {
  const { status, text } = await send(fetchUrl, url, call);
  if (status >= 400) throw refusal(status, text);
  try {
    return parse(schema, JSON.parse(text), 'answer');
  } catch (cause) {
    const reason = cause instanceof BadInput ? cause.message : 'its answer is not JSON';
    throw new BackendUnreachable(url, `something else answers there (${reason})`, { cause });
  }
}

async function send(
  fetchUrl: typeof fetch,
  url: string,
  call: JsonCall,
): Promise<{ status: number; text: string }> {
  const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS;
  try {
    const response = await fetchUrl(url, {
      method: call.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new BackendUnreachable(url, reasonOf(cause, timeoutMs), { cause });
  }
}

function refusal(status: number, text: string): BackendRefused {
  try {
    const { error } = parse(errorBody, JSON.parse(text), 'error');
    return new BackendRefused(status, error.code, error.message, error.details);
  } catch {
    return new BackendRefused(status, `http-${status}`, `the backend answered with status ${status}`);
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}
