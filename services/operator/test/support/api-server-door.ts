/**
 * A door before an API server, at which its clients see today's API: it counts what they ask for, and disturbs them
 * as a test says. Their own tokens pass through, so the server knows who they are.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeJson } from './api-server-client.ts';
import { answerInNewerWords, inOlderWords, olderPath } from './api-server-older-words.ts';
import type { ApiServer } from './api-server.ts';

/** One request as its client made it. */
export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
}

/**
 * What happens to a call: `drop` ends its connection unheard; `lose-answer` lets the server do it and ends the
 * connection; a status answers in the server's place.
 */
export type Disturbance =
  | { readonly kind: 'drop' | 'lose-answer' }
  | { readonly kind: 'answer'; readonly status: number; readonly reason: string }
  | { readonly kind: 'wait'; readonly ms: number };

export interface ApiServerDoor {
  readonly url: string;
  /** Every call so far, oldest first. */
  readonly calls: readonly Call[];
  /** Calls that are no reads. */
  writes(): readonly Call[];
  /** Decides each call from now on; null lets it pass. */
  disturb(judge: (call: Call) => Disturbance | null): void;
  /** Ends every open watch without a word. */
  cutWatches(): void;
  close(): Promise<void>;
}

export async function openDoor(server: Pick<ApiServer, 'url' | 'authority' | 'pki'>): Promise<ApiServerDoor> {
  const calls: Call[] = [];
  const watches = new Set<Socket>();
  const rule: { judge: (call: Call) => Disturbance | null } = { judge: () => null };
  const agent = new Agent({ keepAlive: true, ca: readFileSync(server.authority) });
  const door = createServer(
    {
      cert: readFileSync(server.pki.file('server', 'crt')),
      key: readFileSync(server.pki.file('server', 'key')),
    },
    (asked, answer) => {
      const call = callOf(asked);
      calls.push(call);
      if (call.isWatch) keepWhileOpen(watches, asked.socket, answer);
      void handle(asked, answer, rule.judge(call), (headers) =>
        request(`${server.url}${olderPath(call.path)}`, { method: call.method, headers, agent }),
      );
    },
  );
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    calls,
    writes: () => calls.filter(({ method }) => method !== 'GET'),
    disturb: (judge) => void (rule.judge = judge),
    cutWatches() {
      for (const socket of watches) socket.destroy();
    },
    async close() {
      const closed = new Promise((resolve) => door.close(resolve));
      door.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

function callOf({ method = 'GET', url = '/' }: IncomingMessage): Call {
  return { method, path: url, isWatch: /[?&]watch=(true|1)/.test(url) };
}

function keepWhileOpen(watches: Set<Socket>, socket: Socket, answer: ServerResponse): void {
  watches.add(socket);
  answer.once('close', () => watches.delete(socket));
}

type Forward = (headers: Readonly<Record<string, string>>) => ReturnType<typeof request>;

async function handle(
  asked: IncomingMessage,
  answer: ServerResponse,
  disturbance: Disturbance | null,
  forward: Forward,
): Promise<void> {
  if (disturbance?.kind === 'drop') return void asked.socket.destroy();
  if (disturbance?.kind === 'wait') await delay(disturbance.ms);
  const body = inOlderBody(await bodyOf(asked));
  if (disturbance?.kind === 'answer') return refuse(answer, disturbance.status, disturbance.reason);

  const call = forward({ ...passedOn(asked), 'content-length': String(Buffer.byteLength(body)) });
  // A server that went away, or is not there, is a connection that ends.
  call.once('error', () => asked.socket.destroy());
  answer.once('close', () => {
    if (!answer.writableFinished) call.destroy();
  });
  call.once('response', (reply) => {
    if (disturbance?.kind === 'lose-answer') return void asked.socket.destroy();
    giveBack(callOf(asked), reply, answer);
  });
  call.end(body);
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of asked) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** Patches and options that are no whole objects stay as they are. */
function inOlderBody(body: string): string {
  if (!body.startsWith('{')) return body;
  const object = JSON.parse(body) as Partial<KubeJson>;
  if (object.apiVersion === undefined || object.kind === undefined) return body;
  return JSON.stringify(inOlderWords(object as KubeJson));
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const names = ['authorization', 'accept', 'content-type', 'user-agent'] as const;
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
}

function refuse(answer: ServerResponse, status: number, reason: string): void {
  answer.writeHead(status, { 'content-type': 'application/json' });
  const message = 'as the test says';
  answer.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status }),
  );
}

/** Line by line, since a watch is one JSON value in each line. */
function giveBack(call: Call, reply: IncomingMessage, answer: ServerResponse): void {
  answer.writeHead(reply.statusCode ?? 502, {
    'content-type': reply.headers['content-type'] ?? 'application/json',
  });
  answer.flushHeaders();
  let rest = '';
  reply.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) answer.write(`${answerInNewerWords(call.path, line)}\n`);
  });
  reply.once('end', () => answer.end(answerInNewerWords(call.path, rest)));
  reply.once('error', () => answer.destroy());
}
