/**
 * A provider for tests: it records what reached it, byte for byte, and answers in either dialect. What it does is chosen
 * by the last user text: `cut`, `stall`, `status 429`, `reset`, `huge`, `redirect`, `slow`, or plain words.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

export interface UpstreamHit {
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Resolves when the caller's connection ended before the answer did. */
  readonly left: Promise<number>;
}

export interface MockUpstream {
  readonly url: string;
  readonly hits: UpstreamHit[];
  close(): Promise<void>;
}

const ANTHROPIC_EVENTS: readonly (readonly [type: string, rest: object])[] = [
  [
    'message_start',
    {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5-20251001',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: 1000,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
          output_tokens: 1,
        },
      },
    },
  ],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['ping', {}],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello é ' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'world' } }],
  ['content_block_stop', { index: 0 }],
  [
    'message_delta',
    { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 500 } },
  ],
  ['message_stop', {}],
];
export const ANTHROPIC_STREAM = ANTHROPIC_EVENTS.map(
  ([type, rest]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`,
);

const chunk = (rest: object) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-2024-08-06', ...rest })}\n\n`;
export const OPENAI_STREAM = [
  chunk({
    choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
    usage: null,
  }),
  chunk({ choices: [{ index: 0, delta: { content: 'Hello ' }, finish_reason: null }], usage: null }),
  chunk({ choices: [{ index: 0, delta: { content: 'world' }, finish_reason: null }], usage: null }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }),
  chunk({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 } }),
  'data: [DONE]\n\n',
];

/** Listens on a free loopback port. */
export async function startMockUpstream(): Promise<MockUpstream> {
  const hits: UpstreamHit[] = [];
  const server = createServer((request, response) => {
    void respond(request, response, hits).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  hits: UpstreamHit[],
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const left = new Promise<number>((resolve) =>
    response.once('close', () => !response.writableFinished && resolve(performance.now())),
  );
  hits.push({ url: request.url ?? '', rawHeaders: request.rawHeaders, headers: request.headers, body, left });
  const read = JSON.parse(
    (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(),
  );
  await behave(response, wordsOf(read), request.url ?? '', read.stream === true);
}

function wordsOf(body: { messages?: { content: unknown }[] }): string {
  const content = body.messages?.at(-1)?.content;
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

async function behave(response: ServerResponse, words: string, url: string, stream: boolean): Promise<void> {
  const anthropic = url.startsWith('/v1/messages');
  const [, status] = /status (\d+)/.exec(words) ?? [];
  if (words.includes('reset')) return void response.socket?.resetAndDestroy();
  if (words.includes('stall before')) await sleep(600_000, undefined, { ref: false });
  if (words.includes('redirect'))
    return void response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end();
  if (status) return fail(response, Number(status), anthropic);
  if (url.includes('count_tokens')) return json(response, { input_tokens: 42 });
  if (!stream) return json(response, anthropic ? ANTHROPIC_MESSAGE : OPENAI_COMPLETION);
  await streamOut(response, words, anthropic ? ANTHROPIC_STREAM : OPENAI_STREAM);
}

async function streamOut(response: ServerResponse, words: string, events: readonly string[]): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'request-id': 'req_upstream',
    'anthropic-ratelimit-requests-remaining': '7',
    'set-cookie': '__cf_bm=1',
    server: 'mock',
    'cf-ray': '1',
  });
  response.flushHeaders();
  if (words.includes('huge')) {
    for (let sent = 0; sent < 200 && !response.destroyed; sent += 1) {
      if (!response.write(`: ${'x'.repeat(256 * 1024)}\n\n`)) await writable(response);
    }
  }
  for (const [index, event] of events.entries()) {
    if (response.destroyed) return;
    if (index === 4 && words.includes('stall')) await sleep(600_000, undefined, { ref: false });
    if (index === 4 && words.includes('cut within')) response.write(event.slice(0, 20));
    if (index === 4 && words.includes('cut')) return void setImmediate(() => response.destroy());
    response.write(event);
    await sleep(words.includes('slow') ? 50 : 1);
  }
  response.end();
}

const ANTHROPIC_MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5-20251001',
  content: [{ type: 'text', text: 'Hello world' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1000, output_tokens: 500 },
};
const OPENAI_COMPLETION = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
};

/** Bytes of an upstream's error body. */
export function errorBody(status: number, anthropic: boolean): string {
  return anthropic
    ? `{"type":"error", "error":{"type":"x_${status}","message":"as \\u00e9 is"},"request_id":"req_9"}`
    : `{"error":{"message":"as \\u00e9 is","type":"x_${status}","param":null,"code":null}}`;
}

function fail(response: ServerResponse, status: number, anthropic: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'retry-after': '7',
    'x-should-retry': 'true',
    'request-id': 'req_9',
  });
  response.end(errorBody(status, anthropic));
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_upstream' });
  response.end(JSON.stringify(body));
}

/** Resolves when the response takes more, or is closed. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
