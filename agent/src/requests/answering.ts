/** Every request ends in exactly one answer, whatever happens in between. */
import type { Actor, RequestPayload, ResponsePayload } from '@spectral/proto/wire';
import { answerOfError, isUnexpected } from './answer-of-error.ts';
import type { Once } from './once.ts';
import { findRoute, type Route } from './routes.ts';

/** Answers a request. Never rejects. */
export type Answering = (request: RequestPayload, actor: Actor | null) => Promise<ResponsePayload>;

export interface AnsweringOptions {
  readonly routes: readonly Route[];
  readonly once: Once;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

export function createAnswering({ routes, once, log }: AnsweringOptions): Answering {
  async function run(request: RequestPayload, actor: Actor | null): Promise<ResponsePayload> {
    try {
      const { route, params, query } = findRoute(routes, request.method, request.path);
      const body = await route.handle({ params, query, body: request.body, actor, key: request.key });
      return { v: 1, status: route.status ?? 200, body };
    } catch (error) {
      if (isUnexpected(error)) log('request.failed', { path: request.path, stack: stackOf(error) });
      return answerOfError(error);
    }
  }

  return async (request, actor) => {
    const { method, path, key } = request;
    if (key === undefined || method === 'GET') return run(request, actor);
    try {
      return await once.run(`${actor?.userId ?? ''}:${key}`, `${method} ${path}`, () => run(request, actor));
    } catch (error) {
      return answerOfError(error);
    }
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
