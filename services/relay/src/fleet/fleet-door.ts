/** `/internal/fleet` of a relay: who runs a fleet asks here, with a secret of its own. The words are in fleet.ts of proto. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError, errorAnswer, sameSecret, type Logger } from '@spectral/common';
import { activityQuery, fenced, parse, parseJson } from '@spectral/proto/wire';
import * as v from 'valibot';
import type { FleetDesk } from './fleet-desk.ts';

const PREFIX = '/internal/fleet/';
const CORDON = /^machines\/([^/]+)\/(cordon|uncordon)$/;
/** A thousand ids are a fifth of it. */
const MOST_BODY_BYTES = 256 * 1024;

interface Parts {
  readonly desk: FleetDesk;
  /** What the caller shows as bearer. */
  readonly operatorSecret: string;
  readonly log: Logger;
}

/** Takes the requests below `/internal/fleet`; false for any other. */
export function createFleetDoor(
  parts: Parts,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (!path.startsWith(PREFIX)) return false;
    answer(request, path.slice(PREFIX.length), parts).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const { status, body } = errorAnswer(error);
        if (status >= 500) parts.log.warn({ err: error, path }, 'a question about a fleet failed');
        send(response, status, body);
      },
    );
    return true;
  };
}

async function answer(request: IncomingMessage, path: string, parts: Parts): Promise<unknown> {
  admit(request, parts.operatorSecret);
  const { desk } = parts;
  const [, machineId, kind] = CORDON.exec(path) ?? [];
  if (request.method !== 'POST' || (path !== 'activity' && kind === undefined)) {
    throw new ServiceError('not-found', `no such route: ${request.method} ${PREFIX}${path}`);
  }
  const body = await jsonOf(request);
  if (machineId === undefined) {
    const { machineIds, fence } = parse(activityQuery, body, 'question');
    return { machines: await desk.activities(machineIds, fence) };
  }
  const { fence } = parse(fenced, body, 'cordon');
  return desk.cordon(machineId, { kind: kind === 'cordon' ? 'cordon' : 'uncordon', fence });
}

function admit({ headers }: IncomingMessage, operatorSecret: string): void {
  const [, shown] = /^Bearer +(\S+)$/i.exec(headers.authorization?.trim() ?? '') ?? [];
  if (shown !== undefined && sameSecret(shown, operatorSecret)) return;
  throw new ServiceError('unauthenticated', 'expected the operator’s secret as bearer');
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES)
      throw new ServiceError('too-large', `a body has at most ${MOST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return parseJson(v.unknown(), Buffer.concat(chunks).toString(), 'body');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const head = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(status, head).end(JSON.stringify(body));
}
