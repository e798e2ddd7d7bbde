/** What a request that fails is answered with: an ErrorBody, and a line in the log when the fault is ours. */
import { errorAnswer, ServiceError, type Logger } from '@spectral/common';
import { BadInput } from '@spectral/proto/wire';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isOutage } from '../database/index.ts';

/** Last in the chain. Also gives `retry-after` to whoever must wait. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = known(thrown);
    const { status, body } = errorAnswer(error);
    if (status === 500 || isOutage(thrown))
      log.error(
        { err: thrown, requestId: response.locals['requestId'], path: request.path },
        'request failed',
      );
    const wait = error instanceof ServiceError ? error.details?.['retryAfterSeconds'] : undefined;
    if (typeof wait === 'number') response.set('retry-after', String(wait));
    response.status(status).set('cache-control', 'no-store').json(body);
  };
}

/** For paths below `/api` that nobody answers. */
export function unknownRoute(): RequestHandler {
  return (request) => {
    throw new ServiceError('not-found', `no such route: ${request.method} ${request.path}`);
  };
}

/** An outage is nobody's mistake here; the faults of Express' body parser carry a `type` and are the caller's. */
function known(thrown: unknown): unknown {
  if (isOutage(thrown))
    return new ServiceError('unavailable', 'the database is away: try again shortly', { cause: thrown });
  if (!(thrown instanceof Error) || !('type' in thrown)) return thrown;
  if (thrown.type === 'entity.too.large')
    return new ServiceError('too-large', 'the body is larger than this route takes');
  if (thrown.type === 'entity.parse.failed') return new BadInput('body: expected JSON');
  if (String(thrown.type).startsWith('request.') || String(thrown.type).endsWith('.unsupported')) {
    return new BadInput(`body: ${thrown.message}`);
  }
  return thrown;
}
