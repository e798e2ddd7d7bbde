/** A gateway as a machine sees it: health, registration, renewal, models and the MCP handshake, on port 0. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Model } from '@spectral/proto/wire';
import type { Defer } from './clean-up.ts';

export const TEAM_KEY = 'sk-spectral-team-test';
/** Works once at a fake gateway, which calls it used afterwards. */
export const ENROLMENT_TOKEN = 'sk-spectral-enrol-test';

export interface FakeGateway {
  readonly url: string;
  /** Method, path and credential of every call, in order. */
  readonly calls: {
    readonly method: string;
    readonly path: string;
    readonly credential: string;
    readonly body: unknown;
  }[];
  /** Status of `GET /health`; 0 never answers. */
  healthStatus: number;
  /** Error instead of the next registrations or renewals; null lets them through. */
  refusal: {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly reason?: string;
  } | null;
  relayUrl: string;
  models: Model[];
  tokenLifeMs: number;
}

export const TEST_MODEL: Model = {
  id: 'scripted/one',
  displayName: 'Scripted One',
  provider: 'scripted',
  api: 'openai-completions',
  kind: 'demo',
  contextWindow: 100_000,
  maxOutput: 10_000,
  reasoning: false,
  input: ['text', 'image'],
  price: null,
  compat: {},
};

export async function startFakeGateway(defer: Defer): Promise<FakeGateway> {
  const server = createServer((request, response) => void answer(gateway, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  const { port } = server.address() as AddressInfo;
  const gateway: FakeGateway = {
    url: `http://127.0.0.1:${port}`,
    calls: [],
    healthStatus: 200,
    refusal: null,
    relayUrl: 'ws://127.0.0.1:9/agent-connection',
    models: [TEST_MODEL, { ...TEST_MODEL, id: 'scripted/two', displayName: 'Scripted Two' }],
    tokenLifeMs: 3_600_000,
  };
  return gateway;
}

async function answer(
  gateway: FakeGateway,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '' } = request;
  const credential = (request.headers.authorization ?? '').replace('Bearer ', '');
  const body = await bodyOf(request);
  gateway.calls.push({ method, path, credential, body });
  const reply = (status: number, value: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  switch (`${method} ${path}`) {
    case 'GET /health':
      if (gateway.healthStatus > 0) reply(gateway.healthStatus, { ok: gateway.healthStatus < 300 });
      return;
    case 'POST /api/machines':
    case 'POST /api/machines/self/token':
      if (isUsed(gateway, credential)) {
        const used = { code: 'unauthenticated', message: 'this token was used', reason: 'enrolment-used' };
        return void reply(401, errorOf(used));
      }
      return void (gateway.refusal
        ? reply(gateway.refusal.status, errorOf(gateway.refusal))
        : reply(201, enrolmentOf(gateway, body)));
    case 'GET /v1/models':
      return void reply(200, { models: gateway.models });
    case 'POST /mcp':
      if (credential !== TEAM_KEY)
        return void reply(401, { error: { code: 'unauthenticated', message: 'this team key is unknown' } });
      return void reply(200, { jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-06-18' } });
    default:
      reply(404, { error: { code: 'not-found', message: 'no such route' } });
  }
}

function isUsed({ calls }: FakeGateway, credential: string): boolean {
  return credential === ENROLMENT_TOKEN && calls.filter((call) => call.credential === credential).length > 1;
}

function enrolmentOf(gateway: FakeGateway, body: unknown) {
  const name = typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : 'machine';
  const registrations = gateway.calls.filter((call) => call.path.startsWith('/api/machines')).length;
  return {
    machine: {
      id: '11111111-1111-4111-8111-111111111111',
      name,
      hostname: 'host',
      version: '0.1.0',
      online: false,
      lastSeenAt: null,
      pid: null,
      visibility: 'SHARED',
      team: { id: 't', name: 'Team' },
      owner: null,
      canManage: false,
    },
    token: `machine-token-${registrations}`,
    expiresAt: new Date(Date.now() + gateway.tokenLifeMs).toISOString(),
    relayUrl: gateway.relayUrl,
  };
}

function errorOf({ code, message, reason }: { code: string; message: string; reason?: string }) {
  return { error: { code, message, ...(reason ? { details: { reason } } : {}) } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}
