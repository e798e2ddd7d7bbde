/** One line and one measurement per request. Paths without queries, never bodies; codes in paths are left out. */
import { randomUUID } from 'node:crypto';
import type { Logger, Metrics } from '@spectral/common';
import type { Request, RequestHandler, Response } from 'express';

/** Asked for every few seconds by machines and clusters; a line each would bury the rest. */
const QUIET = ['/health', '/ready', '/metrics'];

/** Gives each request an id (`x-request-id`, taken over from a proxy when it is plain), and notes its end. */
export function requestLog(log: Logger, metrics: Metrics, nowMs: () => number): RequestHandler {
  const seconds = metrics.histogram(
    'gateway_http_request_seconds',
    'Duration of HTTP requests until the answer ended',
  );
  return (request, response, next) => {
    const requestId = idFrom(request) ?? randomUUID();
    const startedAt = nowMs();
    response.locals['requestId'] = requestId;
    response.set('x-request-id', requestId);
    response.once('close', () => {
      const durationMs = nowMs() - startedAt;
      seconds.record(durationMs / 1000, { method: request.method, status: response.statusCode });
      if (QUIET.includes(request.path)) return;
      log.info(lineOf(request, response, { requestId, durationMs }), 'request');
    });
    next();
  };
}

function lineOf(request: Request, response: Response, more: { requestId: string; durationMs: number }) {
  return {
    requestId: more.requestId,
    method: request.method,
    path: withoutCodes(request.path),
    status: response.statusCode,
    // `close` without `finish`: the caller left before the answer ended.
    complete: response.writableFinished,
    durationMs: Math.round(more.durationMs * 10) / 10,
  };
}

function idFrom(request: Request): string | null {
  const given = request.get('x-request-id');
  return given && /^[\w.-]{8,64}$/.test(given) ? given : null;
}

/** An invitation's code is a secret in a path. */
function withoutCodes(path: string): string {
  return path.replace(/^(\/api\/invitations|\/invite)\/[^/]+/, '$1/…');
}
