/** The built page: hashed assets kept for ever, everything else asked for again, unknown paths answered with the page. */
import { join } from 'node:path';
import express, { Router } from 'express';
import helmet from 'helmet';

/** Paths that are never the page, so that a client that errs gets a clear 404 rather than HTML. */
const NOT_THE_PAGE =
  /^\/(api|v1|mcp|internal|metrics|health|ready|\.well-known|assets|socket\.io|agent-connection|browser-connection)(\/|$)/;

/** Serves the folder that the page's build wrote; `index.html` is read for every path of the page. */
export function pageRoutes(directory: string): Router {
  const router = Router();
  router.use(
    '/assets',
    express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', index: false }),
  );
  router.use(
    express.static(directory, {
      index: false,
      setHeaders: (response) => response.set('cache-control', 'no-cache'),
    }),
  );
  router.get('/{*path}', (request, response, next) => {
    if (NOT_THE_PAGE.test(request.path)) return next();
    response.set('cache-control', 'no-cache').sendFile(join(directory, 'index.html'));
  });
  return router;
}

/**
 * Security headers. The page runs only its own scripts and styles, speaks to the gateway and the relay, and shows
 * images from data and blob addresses (prompt images).
 */
export function pageSecurity(publicUrl: string, relayPublicUrl: string): express.RequestHandler {
  const relay = new URL(relayPublicUrl).origin;
  const secure = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", relay, relay.replace(/^http/, 'ws'), ...loopbackAliases(relay)],
        imgSrc: ["'self'", 'data:', 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
  });
}

/** At home the page is opened at localhost and at 127.0.0.1 alike; `'self'` does not cover ws: in every browser. */
function loopbackAliases(relay: string): string[] {
  const { hostname, port, protocol } = new URL(relay);
  if (!['localhost', '127.0.0.1'].includes(hostname)) return [];
  const end = port === '' ? '' : `:${port}`;
  return ['localhost', '127.0.0.1'].flatMap((host) => [
    `${protocol}//${host}${end}`,
    `${protocol.replace('http', 'ws')}//${host}${end}`,
  ]);
}
