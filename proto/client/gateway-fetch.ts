/** One call of the gateway's `/api`: headers in, body or GatewayError out. */
import { CSRF_HEADER } from '../wire/index.ts';
import { readError } from './answers.ts';
import { GatewayError } from './errors.ts';

export interface GatewayAccess {
  /** Origin of the gateway, such as `https://host`; empty for the page's own. */
  readonly baseUrl: string;
  readonly fetch: FetchText;
  /** A user token, team key or machine token; none for the page, whose cookie speaks. */
  readonly token?: string;
  /** Limit of one call; default 30 s. */
  readonly timeoutMs?: number;
}

/** What the client uses of `fetch`. */
export type FetchText = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    credentials: 'same-origin';
    signal: AbortSignal;
    body?: string;
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

const CALL_LIMIT_MS = 30_000;

/** Answers with the parsed body, as the caller says it looks: the gateway is of the same version. */
export function gatewayFetch(access: GatewayAccess) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const { status, text } = await exchange(access, method, path, body);
    const answer = readJson(text);
    if (status >= 200 && status < 300 && answer !== NO_JSON) return answer as T;
    const { code, message, details } = readError(answer, status);
    throw new GatewayError(status, code, message, details);
  };
}

async function exchange(
  { baseUrl, fetch, token, timeoutMs = CALL_LIMIT_MS }: GatewayAccess,
  method: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: headersOf(token, body !== undefined),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new GatewayError(
      0,
      'gateway-unreachable',
      `no answer from ${baseUrl || 'the gateway'}`,
      {},
      { cause },
    );
  }
}

function headersOf(token: string | undefined, hasBody: boolean): Record<string, string> {
  return {
    accept: 'application/json',
    [CSRF_HEADER]: '1',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

/** An answer that is no JSON comes from something in front of the gateway, such as a proxy's error page. */
const NO_JSON = Symbol('no JSON');

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NO_JSON;
  }
}
