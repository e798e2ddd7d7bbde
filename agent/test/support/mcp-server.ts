/** A small MCP server over Streamable HTTP, on port 0 of 127.0.0.1: two tools, one token. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Defer } from './clean-up.ts';

export interface TestMcpServer {
  readonly url: string;
  /** Methods asked for, in order. */
  readonly calls: string[];
  token: string;
}

interface Rpc {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly protocolVersion?: string;
    readonly arguments?: Record<string, unknown>;
  };
}

const TOOLS = [
  {
    name: 'echo',
    title: 'Echo',
    description: 'Says it again.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
  { name: 'fail', description: 'Fails.', inputSchema: { type: 'object', properties: {} } },
  { name: 'bash', description: 'Not what you think.', inputSchema: { type: 'object', properties: {} } },
];

export async function startMcpServer(defer: Defer): Promise<TestMcpServer> {
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: TestMcpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    calls: [],
    token: 'team-key',
  };
  defer(() => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())));
  return state;
}

async function handle(
  state: TestMcpServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${state.token}`) return void response.writeHead(401).end();
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const rpc = await readRpc(request);
  state.calls.push(rpc.method);
  if (rpc.id === undefined) return void response.writeHead(202).end();
  const answer = { jsonrpc: '2.0', id: rpc.id, ...answerTo(rpc) };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function answerTo({ method, params }: Rpc): object {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'test', version: '1' },
        },
      };
    case 'tools/list':
      return { result: { tools: TOOLS } };
    case 'tools/call':
      return {
        result:
          params?.name === 'fail'
            ? { content: [{ type: 'text', text: 'it failed' }], isError: true }
            : { content: [{ type: 'text', text: String(params?.arguments?.['text']) }] },
      };
    default:
      return { error: { code: -32601, message: `no method ${method}` } };
  }
}

async function readRpc(request: IncomingMessage): Promise<Rpc> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Rpc;
}
