/** Calls of the operator's routes on the gateway and the relay: its secret, a time limit, and answers that are parsed. */
import * as v from 'valibot';
import { OutsideError } from './outside-error.ts';

export interface CallerParts {
  /** Name of the other side, for messages. */
  readonly name: 'gateway' | 'relay';
  /** Without a trailing slash. */
  readonly url: string;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly answer: v.GenericSchema<unknown, T>;
  /** What 404 stands for; without it 404 is a refusal. */
  readonly absent?: T;
}

export type Caller = <T>(call: Call<T>) => Promise<T>;

export function createCaller({ name, url, secret, timeoutMs, fetch }: CallerParts): Caller {
  return async ({ method, path, body, answer, absent }) => {
    const response = await send(name, () =>
      fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      }),
    );
    if (response.status === 404 && absent !== undefined) return absent;
    if (response.status >= 400) throw refusal(name, response.status, response.text);
    const parsed = v.safeParse(answer, parsedJson(response.text));
    if (parsed.success) return parsed.output;
    throw new OutsideError('unreachable', `The ${name} answered ${method} ${path} in a form not known.`);
  };
}

async function send(
  name: string,
  call: () => Promise<Response>,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await call();
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new OutsideError('unreachable', `The ${name} does not answer.`, cause);
  }
}

const errorBody = v.object({ error: v.object({ code: v.string(), message: v.string() }) });

function refusal(name: string, status: number, text: string): OutsideError {
  const body = v.safeParse(errorBody, parsedJson(text));
  const message = body.success ? body.output.error.message : `HTTP ${status}`;
  if (body.success && body.output.error.code === 'stale-fence')
    return new OutsideError('stale-fence', `The ${name} has heard a newer operator: ${message}`);
  const isPassing = status >= 500 || status === 429;
  return new OutsideError(isPassing ? 'unreachable' : 'refused', `The ${name} says: ${message}`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
