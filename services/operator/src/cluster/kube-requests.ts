/** Plain HTTP requests to an API server, over connections that are kept. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { json } from 'node:stream/consumers';
import { ClusterError } from './cluster-error.ts';
import type { KubeAccess } from './kube-access.ts';
import { refusal } from './kube-errors.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the body. A patch's type is its meaning, so it is never left to a default. */
  readonly contentType?: string;
}

export interface KubeRequests {
  /** The answer's JSON. Rejects with ClusterError, at the latest after REQUEST_LIMIT_MS. */
  send(request: KubeRequest): Promise<unknown>;
  /** An answer that goes on until either side ends it, as text. The head of it comes within REQUEST_LIMIT_MS. */
  stream(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage>;
  /** Ends idle connections. */
  close(): void;
}

export const REQUEST_LIMIT_MS = 30_000;
/** After so long the kernel asks a silent peer whether it lives. */
const KEEP_ALIVE_MS = 15_000;
/** Shorter than any server or balancer keeps an idle connection, so that a request never meets one just closed. */
const IDLE_MS = 20_000;
const MAX_CONNECTIONS = 32;

/** `limitMs` bounds each request. */
export function createKubeRequests(access: KubeAccess, limitMs = REQUEST_LIMIT_MS): KubeRequests {
  const secure = access.server.startsWith('https:');
  const makeAgent = (options: { maxSockets?: number }) => {
    const settings = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, timeout: IDLE_MS, ...options };
    return secure ? new HttpsAgent(settings) : new HttpAgent(settings);
  };
  const agent = makeAgent({ maxSockets: MAX_CONNECTIONS });
  // Streams hold their connections for minutes and must not starve the rest.
  const streamAgent = makeAgent({});

  const open = async (call: KubeRequest, fallbackAgent: HttpAgent, signal: AbortSignal) => {
    const { headers: identity, options } = await access.credentials();
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const response = await answerTo(
      secure,
      addressOf(access.server, call),
      {
        ...options,
        agent: options.agent ?? fallbackAgent,
        method: call.method,
        headers: { ...identity, ...headersOf(call, body) },
        signal,
      },
      body,
    );
    const { statusCode = 0, headers } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    const refused = await json(response).catch(() => null);
    throw refusal(nameOf(call), statusCode, refused, headers['retry-after']);
  };
  const tell = (call: KubeRequest, error: unknown) =>
    error instanceof ClusterError
      ? error
      : new ClusterError('unreachable', `${nameOf(call)}: no answer from ${access.server}`, { cause: error });

  return {
    async send(call) {
      try {
        return await json(await open(call, agent, AbortSignal.timeout(limitMs)));
      } catch (error) {
        throw tell(call, error);
      }
    },
    async stream(call, signal) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), limitMs);
      try {
        return await open(call, streamAgent, AbortSignal.any([signal, late.signal]));
      } catch (error) {
        throw tell(call, error);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      agent.destroy();
      streamAgent.destroy();
    },
  };
}

function answerTo(
  secure: boolean,
  address: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(address, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

function addressOf(server: string, { path, query = {} }: KubeRequest): URL {
  const address = new URL(server + path);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  return address;
}

function headersOf({ contentType = 'application/json' }: KubeRequest, body: string | undefined) {
  const always = { accept: 'application/json', 'user-agent': 'spectral-operator' };
  if (body === undefined) return always;
  return { ...always, 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) };
}

function nameOf({ method, path }: KubeRequest): string {
  return `${method} ${path}`;
}
