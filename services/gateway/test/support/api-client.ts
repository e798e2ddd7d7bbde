/** A caller of the gateway's API in tests: like a browser it keeps cookies and sends its own origin. */
import assert from 'node:assert/strict';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; tests look into it as they expect it to be. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface ApiClient {
  get(path: string, headers?: Record<string, string>): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  delete(path: string, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** The cookies held, as a browser would send them. */
  cookies(): string;
  setCookies(cookies: string): void;
}

/** A client of `url`; `always` are headers of every request. */
export function apiClient(url: string, always: Record<string, string> = {}): ApiClient {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  const call = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(jar.size > 0 ? { cookie: cookies() } : {}),
        ...(method === 'GET' ? {} : { 'x-spectral-csrf': '1', origin: url }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  return {
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, body ?? {}, headers),
    patch: (path, body, headers) => call('PATCH', path, body ?? {}, headers),
    put: (path, body, headers) => call('PUT', path, body ?? {}, headers),
    delete: (path, headers) => call('DELETE', path, undefined, headers),
    cookies,
    setCookies(text) {
      jar.clear();
      for (const pair of text.split('; ')) keep(jar, pair);
    },
  };
}

/** Asserts status and error code at once, with the body in the message. */
export function assertRefused(answer: ApiAnswer, status: number, code: string): void {
  assert.deepEqual(
    { status: answer.status, code: answer.body?.error?.code },
    { status, code },
    JSON.stringify(answer.body),
  );
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const [name = '', value = ''] = pair.split('=', 2);
  if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
