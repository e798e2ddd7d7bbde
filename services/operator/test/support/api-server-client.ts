/** Plain JSON requests to an API server, as a test makes them: without any of the operator's own code. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** An object of Kubernetes as a test reads it. */
export interface KubeJson {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly [field: string]: unknown;
}

/** The server's refusal: HTTP status and the `message` and `reason` of its Status. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(`${status} ${reason}: ${message}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
  }
}

export const APPLY = 'application/apply-patch+yaml';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';

export interface ApiClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<KubeJson>;
  /** The answer as it came, whatever its status. */
  text(path: string): Promise<string>;
  list(path: string): Promise<KubeJson[]>;
  create(path: string, object: unknown): Promise<KubeJson>;
  replace(path: string, object: unknown): Promise<KubeJson>;
  patch(path: string, contentType: string, body: unknown): Promise<KubeJson>;
  remove(path: string, options?: unknown): Promise<KubeJson>;
  /** Opens a request whose answer keeps coming, such as a watch. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export type Credentials = { readonly certificate: string; readonly key: string } | { readonly token: string };

/** `url` is `https://127.0.0.1:…`; the other values are paths of PEM files, or a service account's token. */
export function apiClient(url: string, authority: string, credentials: Credentials): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    ca: readFileSync(authority),
    ...('token' in credentials
      ? {}
      : { cert: readFileSync(credentials.certificate), key: readFileSync(credentials.key) }),
  });
  const bearer = 'token' in credentials ? { authorization: `Bearer ${credentials.token}` } : {};

  const open = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
    signal?: AbortSignal,
  ) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(url + path, {
        method,
        agent,
        headers: {
          accept: 'application/json',
          ...bearer,
          ...headers,
          // Node sends the body of a DELETE without its length, and the server takes it for the next request.
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      call.once('response', resolve);
      call.once('error', reject);
      call.end(body);
    });

  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
  ) => parseAnswer(await open(method, path, headers, body === undefined ? undefined : JSON.stringify(body)));

  return {
    get: (path, headers) => ask('GET', path, undefined, headers),
    text: async (path) => textOf(await open('GET', path, {})),
    list: async (path) => itemsOf(await ask('GET', path)),
    create: (path, object) => ask('POST', path, object),
    replace: (path, object) => ask('PUT', path, object),
    patch: (path, contentType, body) => ask('PATCH', path, body, { 'content-type': contentType }),
    remove: (path, options) => ask('DELETE', path, options),
    async stream(path, signal) {
      const answer = await open('GET', path, {}, undefined, signal);
      if (answer.statusCode !== 200) await parseAnswer(answer);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

async function parseAnswer(answer: IncomingMessage): Promise<KubeJson> {
  const text = await textOf(answer);
  const status = answer.statusCode ?? 0;
  const body = parseJson(text);
  if (status < 400 && body !== null) return body;
  throw new ApiError(status, textIn(body, 'reason') ?? '', textIn(body, 'message') ?? text);
}

function textIn(body: KubeJson | null, field: string): string | null {
  const value = body?.[field];
  return typeof value === 'string' ? value : null;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function parseJson(text: string): KubeJson | null {
  try {
    return JSON.parse(text) as KubeJson;
  } catch {
    return null; // a plain-text answer, such as that of /readyz
  }
}

/** Items of a list lack the kind that is the list's. */
function itemsOf(list: KubeJson): KubeJson[] {
  const kind = list.kind.replace(/List$/, '');
  return (list['items'] as KubeJson[]).map((item) => ({ ...item, apiVersion: list.apiVersion, kind }));
}
