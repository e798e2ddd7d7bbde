/** `/health`: the process lives. `/ready`: it sees the cluster, leading or not. `/metrics`: its figures. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { METRICS_CONTENT_TYPE, type Metrics } from '@spectral/common';

interface Parts {
  readonly isReady: () => boolean;
  readonly isLeading: () => boolean;
  readonly metrics: Pick<Metrics, 'text'>;
}

/** The request listener of the operator's own server. */
export function createHealthHandler(
  parts: Parts,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request.url?.split('?', 1)[0] ?? '', response, parts).catch(() => {
      response.writeHead(500).end();
    });
  };
}

async function answer(
  path: string,
  response: ServerResponse,
  { isReady, isLeading, metrics }: Parts,
): Promise<void> {
  if (path === '/health') return sendJson(response, 200, { ok: true });
  if (path === '/ready')
    return sendJson(response, isReady() ? 200 : 503, { ready: isReady(), leading: isLeading() });
  if (path !== '/metrics') {
    const message = 'The operator answers /health, /ready and /metrics.';
    return sendJson(response, 404, { error: { code: 'not-found', message } });
  }
  response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPE }).end(await metrics.text());
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
