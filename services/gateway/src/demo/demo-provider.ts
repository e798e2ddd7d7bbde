/**
 * The built-in demo provider: an upstream like any other, on a loopback port of its own, that speaks the Messages API
 * and follows a script. Everything between the page and it is the real thing (docs/decisions/0053-demo-provider.md).
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { closeServer, listen } from '@spectral/common';
import { parseLoose } from '../usage/json-fields.ts';
import { demoAnswer, type DemoReply } from './demo-answer.ts';
import { readDemoRequest, type DemoRequest } from './demo-request.ts';
import { demoEvents, demoMessage, type DemoTiming } from './demo-stream.ts';

export interface DemoProvider {
  /** Base URL for an Anthropic-style client. */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 << 20;
/** Prompts whose failures are counted; older ones are forgotten. */
const MAX_COUNTED_PROMPTS = 1_000;

/** Listens on a free loopback port. */
export async function startDemoProvider(timing: DemoTiming): Promise<DemoProvider> {
  const failures = new Map<string, number>();
  const server = createServer((request, response) => {
    answer(request, response, { timing, failures }).catch(() => response.destroy());
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server, 0) };
}

interface DemoState {
  readonly timing: DemoTiming;
  readonly failures: Map<string, number>;
}

async function answer(request: IncomingMessage, response: ServerResponse, state: DemoState): Promise<void> {
  const demo = readDemoRequest(parseLoose(await bodyOf(request)));
  const path = request.url?.split('?', 1)[0];
  if (path === '/v1/messages/count_tokens') return sendJson(response, 200, { input_tokens: demo.tokens });
  if (path !== '/v1/messages') return sendFailure(response, 404);
  const next = demoAnswer(demo);
  if (next.kind === 'failure' && failsNow(state.failures, demo.prompt, next.times))
    return sendFailure(response, next.status);
  const reply = next.kind === 'reply' ? next : next.afterwards;

  response.setHeader('request-id', `req_demo_${newId()}`);
  response.setHeader('x-spectral-demo-delay-ms', String(state.timing.delayMs + (reply.pace.waitMs ?? 0)));
  if (demo.stream) return stream(response, demo, reply, state.timing);
  await sleep(state.timing.delayMs + (reply.pace.waitMs ?? 0));
  sendJson(response, 200, demoMessage(demo, reply, newId));
}

/** Counts tries of one prompt, so that `demo: fail 529 2` works at the third. */
function failsNow(failures: Map<string, number>, prompt: string, times: number): boolean {
  if (times === 0) return true;
  const before = failures.get(prompt) ?? 0;
  failures.set(prompt, before + 1);
  const [oldest] = failures.keys();
  if (failures.size > MAX_COUNTED_PROMPTS && oldest !== undefined) failures.delete(oldest);
  return before < times;
}

async function stream(
  response: ServerResponse,
  demo: DemoRequest,
  reply: DemoReply,
  timing: DemoTiming,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const begun = performance.now();
  let pieces = 0;
  for (const { atMs, data } of demoEvents(demo, reply, timing, newId)) {
    // By the clock of the whole stream: a late timer does not slow the rest down.
    const earlyMs = begun + atMs - performance.now();
    if (earlyMs > 0) await sleep(earlyMs);
    if (response.destroyed) return;
    const taken = response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!taken) await drained(response);
    if (data.type === 'content_block_delta') pieces += 1;
    if (pieces === reply.pace.cutAfter) return void response.destroy();
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function sendFailure(response: ServerResponse, status: number): void {
  const type = ERROR_TYPES[status] ?? 'api_error';
  if (status === 429) response.setHeader('retry-after', '1');
  sendJson(response, status, {
    type: 'error',
    error: { type, message: `The demo model was asked to fail: ${type}.` },
    request_id: 'req_demo',
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sleeping does not keep the process alive: a stream that waits minutes must not delay its end. */
function sleep(ms: number): Promise<void> {
  return wait(ms, undefined, { ref: false });
}

function newId(): string {
  return randomBytes(9).toString('hex');
}
