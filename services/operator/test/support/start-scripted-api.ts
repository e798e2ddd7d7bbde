/** An API server that answers as a test says, and notes what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { silentLogger } from '@spectral/common';
import { kubeAccess } from '../../src/cluster/kube-config-access.ts';
import { createKubeCluster, type KubeCluster } from '../../src/cluster/kube-cluster.ts';
import { systemTimers, type Timers } from '../../src/cluster/index.ts';
import { afterTest } from './clean-up.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface ScriptedApi {
  readonly url: string;
  readonly asked: Asked[];
  /** Connections opened so far. */
  readonly connections: number;
  readonly cluster: KubeCluster;
}

/** `answer` gets each request in turn, and may leave the response open. */
export async function startScriptedApi(
  answer: (asked: Asked, response: ServerResponse) => void,
  timers: Timers = systemTimers(),
): Promise<ScriptedApi> {
  const asked: Asked[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const address = new URL(request.url ?? '', 'http://api');
      const call = {
        method: request.method ?? '',
        path: address.pathname,
        query: Object.fromEntries(address.searchParams),
        headers: request.headers,
        body: body === '' ? null : (JSON.parse(body) as unknown),
      };
      asked.push(call);
      answer(call, response);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const cluster = createKubeCluster({
    access: kubeAccess(configFor(url)),
    manager: 'spectral-operator',
    timers,
    random: () => 0.5,
    log: silentLogger(),
  });
  afterTest(() => {
    cluster.close();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url,
    asked,
    cluster,
    get connections() {
      return connections;
    },
  };
}

/** Answers with JSON. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Writes events of a watch and leaves it open. */
export function tell(response: ServerResponse, ...events: readonly unknown[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
  for (const event of events) response.write(`${JSON.stringify(event)}\n`);
}

function configFor(server: string): KubeConfig {
  const config = new KubeConfig();
  // The library takes plain HTTP only where certificates are not looked at.
  config.loadFromClusterAndUser(
    { name: 'scripted', server, skipTLSVerify: true },
    { name: 'operator', token: 'its-token' },
  );
  return config;
}
