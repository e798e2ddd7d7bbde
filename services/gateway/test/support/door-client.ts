/** A plain HTTP caller of the model door, which sees bytes and broken connections as they are. */
import assert from 'node:assert/strict';
import { request as httpRequest, type ClientRequest } from 'node:http';
import type { SettledCall } from '../../src/usage/ledger.ts';
import { MACHINE_TOKEN, type ModelDoor } from './model-door.ts';

export interface DoorAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** The connection broke before the answer's end. */
  readonly broken: boolean;
}

export const PATHS = { anthropic: '/v1/messages?beta=true', openai: '/v1/chat/completions' } as const;
export const MODELS = { anthropic: 'claude-haiku-4-5', openai: 'gpt-4o' } as const;
export type DoorDialect = keyof typeof PATHS;

/** A body that is odd on purpose: white space, 1.0, escapes and unknown keys must all arrive as they are. */
export function oddBody(model: string, words: string, stream: boolean): string {
  return `{ "unknown_field" : {"x":1.0e0,"y":"\\u00e9"},\t"messages":[{"role":"user","content":"${words}"}],"max_tokens":10,\n"stream":${stream},"model":"${model}" }`;
}

/** Opens a request that the test writes and ends itself. */
export function openRequest(
  door: ModelDoor,
  path: string,
  headers: Record<string, string> = {},
): ClientRequest {
  return httpRequest(door.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MACHINE_TOKEN}`, ...headers },
  });
}

/** Sends a whole request and collects the answer, broken or not. */
export function post(
  door: ModelDoor,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<DoorAnswer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(door, path, headers);
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      const done = (broken: boolean) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          broken,
        });
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => done(false));
      response.once('error', () => done(true));
    });
    request.end(body);
  });
}

/** Waits until the only call of a door is settled. */
export async function settledCall(door: ModelDoor): Promise<SettledCall> {
  for (const deadline = Date.now() + 3_000; ;) {
    const [call] = [...door.ledger.calls.values()];
    if (call && 'outcome' in call) return call;
    assert.ok(Date.now() < deadline, 'the call was settled in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
