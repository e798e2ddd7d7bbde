/** `/health`: the process lives. `/ready`: it takes connections and reaches other pods. `/metrics`: its figures. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { METRICS_CONTENT_TYPE, type Metrics } from '@spectral/common';

interface Parts {
  readonly isReady: () => boolean;
  readonly metrics: Pick<Metrics, 'text'>;
}

/** The request listener of a relay that listens itself. */
export function createHealthHandler(
  parts: Parts,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request.url?.split('?', 1)[0] ?? '', response, parts).catch(() => {
      response.writeHead(500).end();
    });
  };
}

async function answer(path: string, response: ServerResponse, { isReady, metrics }: Parts): Promise<void> {
  if (path === '/health') return sendJson(response, 200, { ok: true });
  if (path === '/ready') return sendJson(response, isReady() ? 200 : 503, { ready: isReady() });
  if (path !== '/metrics') {
    return sendJson(response, 404, {
      error: { code: 'not-found', message: 'A relay answers /health, /ready and /metrics.' },
    });
  }
  response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPE }).end(await metrics.text());
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
