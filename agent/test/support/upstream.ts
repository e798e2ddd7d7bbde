/** A scripted model behind both dialects of the gateway's `/v1`, on port 0 of 127.0.0.1. See upstream-script.ts. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Defer } from './clean-up.ts';
import { anthropicPieces, openAiPieces, type Piece } from './upstream-dialects.ts';
import { stepOf, type Message, type Step } from './upstream-script.ts';

export interface UpstreamRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly model: string;
    readonly stream?: boolean;
    readonly messages: readonly Message[];
    readonly [field: string]: unknown;
  };
  readonly text: string;
  /** True once the caller went away before the answer was whole. */
  left: boolean;
}

export interface Upstream {
  readonly url: string;
  readonly requests: UpstreamRequest[];
  /** Only this token is accepted, in `Authorization: Bearer` or `x-api-key`. Any, while null. */
  token: string | null;
  close(): Promise<void>;
}

export async function startUpstream(defer: Defer): Promise<Upstream> {
  const server = createServer((request, response) => {
    answer(upstream, served, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const served = new Map<string, number>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    token: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  defer(upstream.close);
  return upstream;
}

async function answer(
  upstream: Upstream,
  served: Map<string, number>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  upstream.requests.push(request);
  response.on('close', () => (request.left = !response.writableFinished));
  if (upstream.token !== null && tokenOf(request) !== upstream.token)
    return refuse(response, 401, {
      type: 'error',
      error: { type: 'authentication_error', message: 'token refused' },
    });

  const step = stepOf(request.body.messages);
  if (step.headersDelayMs !== undefined) await pause(step.headersDelayMs);
  const key = JSON.stringify([step, request.body.messages.length]);
  const times = (served.get(key) ?? 0) + 1;
  served.set(key, times);
  if (step.status !== undefined && times <= (step.times ?? Infinity))
    return refuse(
      response,
      step.status,
      step.body ?? { type: 'error', error: { type: 'api_error', message: `scripted ${step.status}` } },
      step.headers,
    );
  const anthropic = request.path.startsWith('/v1/messages');
  const pieces = anthropic
    ? anthropicPieces(step, request.body.model)
    : openAiPieces(step, request.body.model);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  await stream(response, step, pieces);
}

async function stream(response: ServerResponse, step: Step, pieces: readonly Piece[]): Promise<void> {
  let deltas = 0;
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (piece.delta) {
      if (deltas === step.cutAfter) return void response.destroy();
      if (deltas === step.hangAfter) return;
      if (deltas === step.badJsonAfter) response.write('event: content_block_delta\ndata: {"type": oops\n\n');
      deltas++;
      if (step.delayMs !== undefined) await pause(step.delayMs);
    }
    if (!response.write(piece.text)) await drained(response);
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const left = new AbortController();
  const options = { signal: left.signal };
  await Promise.race([once(response, 'drain', options), once(response, 'close', options)]);
  left.abort();
}

function refuse(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readRequest(incoming: IncomingMessage): Promise<UpstreamRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: JSON.parse(text) as UpstreamRequest['body'],
    text,
    left: false,
  };
}

function tokenOf(request: UpstreamRequest): string | null {
  const bearer = request.headers['authorization'];
  if (typeof bearer === 'string' && bearer.startsWith('Bearer ')) return bearer.slice('Bearer '.length);
  const key = request.headers['x-api-key'];
  return typeof key === 'string' ? key : null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
