/** Whether the MCP endpoint takes a team key, asked the way an MCP client would begin. */
import * as v from 'valibot';
import { BackendRefused, BackendUnreachable } from '../backend/backend-errors.ts';
import { readVersion } from '../version.ts';

const rpcAnswer = v.object({
  jsonrpc: v.literal('2.0'),
  result: v.optional(v.record(v.string(), v.unknown())),
  error: v.optional(v.object({ code: v.number(), message: v.string() })),
});

/** Streamable HTTP requires both; a server that answers one question answers in JSON or one event. */
const ACCEPT = 'application/json, text/event-stream';
const TIMEOUT_MS = 10_000;

/** Rejects BackendRefused for a key that is not taken, BackendUnreachable when no MCP endpoint answers. */
export async function verifyKey(mcpUrl: string, key: string, fetchUrl: typeof fetch): Promise<void> {
  const { status, text } = await post(mcpUrl, key, fetchUrl);
  if (status === 401 || status === 403)
    throw new BackendRefused(status, 'unauthenticated', reasonIn(text) ?? 'it is unknown there');
  if (status >= 400) throw new BackendUnreachable(mcpUrl, `it answered with status ${status}`);
  const answer = v.safeParse(rpcAnswer, jsonIn(text));
  if (!answer.success)
    throw new BackendUnreachable(mcpUrl, 'something else answers there, not an MCP endpoint');
  const { error } = answer.output;
  if (error) throw new BackendRefused(status, 'mcp-error', error.message);
}

async function post(
  mcpUrl: string,
  key: string,
  fetchUrl: typeof fetch,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetchUrl(mcpUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: ACCEPT },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: { name: 'spectral', version: readVersion() },
        },
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new BackendUnreachable(mcpUrl, reasonOf(cause), { cause });
  }
}

/** The JSON of a plain answer, or of the first event of a streamed one. */
function jsonIn(text: string): unknown {
  const data = text.startsWith('{')
    ? text
    : text
        .split('\n')
        .find((line) => line.startsWith('data:'))
        ?.slice(5);
  try {
    return JSON.parse(data ?? '');
  } catch {
    return null;
  }
}

function reasonIn(text: string): string | null {
  const value = jsonIn(text);
  if (typeof value !== 'object' || value === null || !('error' in value)) return null;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
