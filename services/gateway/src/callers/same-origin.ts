/**
 * Refuses changing requests that another site made a browser send with its cookie: pure rules over headers
 * (docs/decisions/0041-sessions-and-csrf.md). Three checks, each enough against a plain attack.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '@spectral/common';
import { CSRF_HEADER } from '@spectral/proto/wire';

const READS = ['GET', 'HEAD', 'OPTIONS'];

/** Throws ServiceError `csrf-refused` unless the request reads only, or comes from a page of `publicUrl` itself. */
export function assertSameOrigin(
  request: { method: string; headers: IncomingHttpHeaders },
  publicUrl: string,
): void {
  const { method, headers } = request;
  if (READS.includes(method)) return;
  if (headers[CSRF_HEADER] !== '1') throw refused(`send the header ${CSRF_HEADER}: 1`);
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw refused(`the browser says it is ${String(site)}`);
  const { origin } = headers;
  if (origin !== undefined && !isOwn(origin, headers.host, publicUrl))
    throw refused(`it comes from ${origin}`);
}

/** The public address, or the one this request was sent to, by the same scheme: 127.0.0.1 and localhost are both fine. */
function isOwn(origin: string, host: string | undefined, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const [from, own] = [new URL(origin), new URL(publicUrl)];
  return from.origin === own.origin || (from.host === host && from.protocol === own.protocol);
}

function refused(why: string): ServiceError {
  return new ServiceError(
    'csrf-refused',
    `only pages of this gateway may change things with its cookie: ${why}`,
  );
}
