/**
 * `/mcp`: JSON-RPC over Streamable HTTP, for a team key, a user token or a machine token. Each request stands for itself;
 * no session is kept, so any process can answer any request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { ServiceError, errorAnswer, type Logger } from '@spectral/common';
import type { Caller, Callers } from '../callers/index.ts';
import { createMcpServer, type McpFacts } from './mcp-tools.ts';

export interface McpDoorParts {
  readonly callers: Pick<Callers, 'commandLine'>;
  readonly factsFor: (caller: Caller) => Promise<McpFacts>;
  readonly log: Logger;
}

const MCP_PATH = '/mcp';
/** Codes below -32000 are free for servers. */
const UNAUTHENTICATED = -32001;
const UNAVAILABLE = -32002;

/** Takes requests to `/mcp`; leaves others to `next`. */
export function createMcpDoor(
  parts: McpDoorParts,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    if (request.url?.split('?', 1)[0] !== MCP_PATH) return next();
    serve(parts, request, response).catch((error: unknown) => refuse(parts, response, error));
  };
}

async function serve(
  { callers, factsFor, log }: McpDoorParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = await callers.commandLine({ method: request.method ?? '', headers: request.headers });
  const facts = await factsFor(caller);
  const onerror = (err: Error) => log.debug({ err }, 'an MCP request was refused');
  const handler = createMcpHandler(() => createMcpServer(facts), { onerror });
  response.once('close', () => void handler.close());
  // The adapter's types want a method and an address that are surely there.
  const received = Object.assign(request, { method: request.method ?? 'POST', url: request.url ?? MCP_PATH });
  await toNodeHandler(handler, { onerror })(received, response);
}

/** Refusals are JSON-RPC errors, so that a client can say why. */
function refuse({ log }: McpDoorParts, response: ServerResponse, error: unknown): void {
  const { status, body } = errorAnswer(error);
  if (!(error instanceof ServiceError)) log.error({ err: error }, 'an MCP request failed here');
  if (response.headersSent) return void response.destroy();
  const code = status === 401 ? UNAUTHENTICATED : UNAVAILABLE;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="spectral"');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message: body.error.message } }));
}
