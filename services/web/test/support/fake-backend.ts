// A whole backend for the page on one port: dist/, `/api`, and the browser link, over scripted machines.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from '@spectral/proto/wire';
import { ADA } from './fake-data.ts';
import { FakeGateway } from './fake-gateway.ts';
import { FakeMachine } from './fake-machine.ts';
import { LAST_SEEN, startFakeRelay, type FakeRelay } from './fake-relay.ts';

export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** What the gateway sends with every page. */
const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface FakeBackend {
  readonly url: string;
  readonly gateway: FakeGateway;
  readonly relay: FakeRelay;
  /** The first machine, online. */
  readonly machine: FakeMachine;
  /** Takes a machine up or down, for the picker and for open pages. */
  setOnline(online: boolean): void;
  /** Makes it a machine of a fleet that stands there. */
  setFleet(fleet: Machine['fleet']): void;
  close(): Promise<void>;
}

export async function startFakeBackend(): Promise<FakeBackend> {
  const gateway = new FakeGateway();
  const machine = new FakeMachine();
  gateway.machines = machinesAround(machine.id);
  const server = createServer((request, response) => void serve(request, response, gateway));
  const relay = startFakeRelay(server, new Map([[machine.id, machine]]), ADA);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway.origin = url;
  return {
    url,
    gateway,
    relay,
    machine,
    setOnline(online) {
      relay.setOnline(machine.id, online);
      gateway.machines = gateway.machines.map((known) =>
        known.id === machine.id
          ? { ...known, online, lastSeenAt: online ? known.lastSeenAt : LAST_SEEN }
          : known,
      );
    },
    setFleet(fleet) {
      gateway.machines = gateway.machines.map((known) =>
        known.id === machine.id ? { ...known, fleet } : known,
      );
    },
    async close() {
      machine.stop();
      relay.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  gateway: FakeGateway,
): Promise<void> {
  const path = request.url ?? '/';
  if (!path.startsWith('/api/')) return serveFile(path, response);
  const text = await bodyOf(request);
  const given = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  const { status, body } = gateway.answer(request.method ?? 'GET', path, given, request.headers);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A file of dist/, or the page for any other address. */
async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(path, 'http://page');
  const type = TYPES[extname(pathname)];
  const file = join(DIST, type ? normalize(pathname) : 'index.html');
  try {
    const bytes = await readFile(file);
    response
      .writeHead(200, { 'content-type': type ?? TYPES['.html'], 'content-security-policy': CSP })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function machinesAround(id: string): Machine[] {
  const core = { id: 't-core', name: 'Core platform' };
  const lab = { id: 't-lab', name: 'Lab' };
  const common = { version: '0.1.0', pid: null, online: false, canManage: true, fleet: null };
  return [
    {
      ...common,
      id,
      name: 'staging-01',
      hostname: 'staging-01.lan',
      online: true,
      lastSeenAt: new Date().toISOString(),
      pid: 4711,
      visibility: 'SHARED',
      team: core,
      owner: null,
    },
    {
      ...common,
      id: '7d1f4b1e-0000-4000-8000-000000000001',
      name: 'ada-laptop',
      hostname: 'ada-laptop',
      lastSeenAt: LAST_SEEN,
      visibility: 'PRIVATE',
      team: core,
      owner: { id: ADA.userId, name: ADA.name },
    },
    {
      ...common,
      id: '7d1f4b1e-0000-4000-8000-000000000002',
      name: 'gpu-bench',
      hostname: 'bench.lab.lan',
      online: true,
      lastSeenAt: new Date().toISOString(),
      pid: 99,
      visibility: 'SHARED',
      team: lab,
      owner: { id: 'u-ben', name: 'Ben Okafor' },
      canManage: false,
    },
    {
      ...common,
      id: '7d1f4b1e-0000-4000-8000-000000000003',
      name: 'old-tower',
      hostname: 'tower',
      version: '0.0.9',
      lastSeenAt: null,
      visibility: 'SHARED',
      team: lab,
      owner: { id: 'u-lin', name: 'Lin Wei' },
      canManage: false,
    },
  ];
}
