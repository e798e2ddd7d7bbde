/**
 * Which headers pass, both ways. The default is to pass: `anthropic-*`, betas and names of tomorrow are not ours to judge.
 * Left out are what belongs to one connection, whatever proves who the caller is, and whatever would let a caller
 * choose among the tenants of the central account.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** Of one connection alone (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const NOT_UPSTREAM = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'expect',
  'accept-encoding',
  // Who the caller is, in any form.
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  // Where the caller is.
  'forwarded',
  'x-real-ip',
  'via',
  // Tenants of the central account.
  'anthropic-workspace-id',
  'anthropic-user-profile-id',
  'openai-organization',
  'openai-project',
]);
const NOT_UPSTREAM_PREFIXES = ['proxy-', 'x-forwarded-', 'cf-', 'x-spectral-'];

const NOT_TO_CALLER = new Set([
  ...HOP_BY_HOP,
  'set-cookie',
  'server',
  'alt-svc',
  'strict-transport-security',
  'proxy-authenticate',
]);
const NOT_TO_CALLER_PREFIXES = ['cf-'];

/** How an upstream wants its key. */
export type CredentialHeader = 'authorization' | 'x-api-key';

/**
 * Headers for the upstream as a flat list of names and values, from Node's `rawHeaders`. Repeated headers stay repeated.
 * `key` null: the upstream wants none. Answers must come uncompressed, since usage is read from them as they pass.
 */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  credential: { header: CredentialHeader; key: string | null },
): string[] {
  const headers: string[] = [];
  const listed = namesInConnection(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (passesUpstream(name) && !listed.has(name)) headers.push(name, rawHeaders[i + 1] ?? '');
  }
  headers.push('accept-encoding', 'identity');
  if (credential.key !== null)
    headers.push(
      credential.header,
      credential.header === 'authorization' ? `Bearer ${credential.key}` : credential.key,
    );
  return headers;
}

/** Headers for the caller. Event streams are marked so that no proxy in between holds them back. */
export function callerHeaders(
  upstream: IncomingHttpHeaders,
  requestId: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const listed = new Set(
    String(upstream.connection ?? '')
      .toLowerCase()
      .split(/\s*,\s*/),
  );
  for (const [name, value] of Object.entries(upstream)) {
    if (value !== undefined && passesToCaller(name) && !listed.has(name)) headers[name] = value;
  }
  headers['x-spectral-request-id'] = requestId;
  if (!headers['request-id'] && !headers['x-request-id']) headers['request-id'] = requestId;
  if (isEventStream(upstream)) {
    headers['x-accel-buffering'] ??= 'no';
    headers['cache-control'] ??= 'no-cache, no-transform';
  }
  return headers;
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return String(headers['content-type'] ?? '')
    .toLowerCase()
    .startsWith('text/event-stream');
}

function passesUpstream(name: string): boolean {
  return !NOT_UPSTREAM.has(name) && !NOT_UPSTREAM_PREFIXES.some((prefix) => name.startsWith(prefix));
}

function passesToCaller(name: string): boolean {
  return !NOT_TO_CALLER.has(name) && !NOT_TO_CALLER_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** `Connection: close, x-internal` makes `x-internal` a header of this connection too. */
function namesInConnection(rawHeaders: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'connection') continue;
    for (const name of (rawHeaders[i + 1] ?? '').split(',')) names.add(name.trim().toLowerCase());
  }
  return names;
}
