/**
 * The local door: the machine's requests as HTTP on a Unix socket in the config directory, which only its owner may
 * enter. It is how the person's own shell reaches the daemon; no port is opened.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import {
  BadInput,
  MAX_FRAME_BYTES,
  parse,
  requestPayload,
  type Actor,
  type ResponsePayload,
} from '@spectral/proto/wire';
import { CommandFailed } from '../command-failed.ts';

export interface LocalDoorOptions {
  readonly path: string;
  readonly answering: (request: ReturnType<typeof parseCall>, actor: Actor) => Promise<ResponsePayload>;
  /** The owner of this machine's account: whoever can open the socket. */
  readonly actor: Actor;
}

export interface LocalDoor {
  close(): Promise<void>;
}

/** Opens the door; a socket file left by a dead daemon is replaced. Rejects CommandFailed when it cannot be opened. */
export async function openLocalDoor({ path, answering, actor }: LocalDoorOptions): Promise<LocalDoor> {
  const server = createServer((request, response) => {
    void answerCall(request, (call) => answering(call, actor)).then((answer) => write(response, answer));
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotOpen(path, cause)));
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        rmSync(path, { force: true });
      }),
  };
}

async function answerCall(
  request: IncomingMessage,
  answering: (call: ReturnType<typeof parseCall>) => Promise<ResponsePayload>,
): Promise<ResponsePayload> {
  try {
    return await answering(parseCall(request, await readBody(request)));
  } catch (error) {
    const message = error instanceof BadInput ? error.message : 'the request could not be read';
    return { v: 1, status: 400, body: { error: { code: 'bad-input', message } } };
  }
}

function parseCall(request: IncomingMessage, text: string) {
  const key = request.headers['idempotency-key'];
  const call = { v: 1, method: request.method, path: request.url, ...(key === undefined ? {} : { key }) };
  return parse(requestPayload, text === '' ? call : { ...call, body: readJson(text) }, 'request');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput('body: expected JSON');
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_FRAME_BYTES) throw new BadInput(`body: expected at most ${MAX_FRAME_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(response: ServerResponse, { status, body }: ResponsePayload): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? null));
}

function cannotOpen(path: string, cause: Error): CommandFailed {
  const length = Buffer.byteLength(path);
  const remedy =
    length > 100
      ? `its path has ${length} bytes, more than a socket may; set SPECTRAL_CONFIG_DIR to a shorter one`
      : 'make its directory writable, or set SPECTRAL_CONFIG_DIR to another one';
  return new CommandFailed(`cannot open the local door ${path} (${cause.message}): ${remedy}`, { cause });
}
