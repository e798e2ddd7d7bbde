/** Routes as functions from a request to an answer: what they return is sent as JSON, what they throw as an error body. */
import type { Request, RequestHandler } from 'express';

/** Sends what `handle` resolves with. Answers of the API concern one caller and are never kept by caches. */
export function route(handle: (request: Request) => Promise<unknown>): RequestHandler {
  return answering(200, handle);
}

/** As `route`, answering 201. */
export function createRoute(handle: (request: Request) => Promise<unknown>): RequestHandler {
  return answering(201, handle);
}

/** As `route`, answering 202. */
export function acceptRoute(handle: (request: Request) => Promise<unknown>): RequestHandler {
  return answering(202, handle);
}

function answering(status: number, handle: (request: Request) => Promise<unknown>): RequestHandler {
  return async (request, response) => {
    const body = await handle(request);
    response.status(status).set('cache-control', 'no-store').json(body);
  };
}
