/** What trouble with an upstream means to the caller. */
import { Refusal } from './refusal.ts';

/**
 * Whether the connection was lost before a single byte of the answer, as happens when an upstream ends a kept-alive
 * connection at the moment it is used again. Such a request is sent once more.
 */
export function isRetriable(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

/** For an upstream that could not be reached, or fell silent before its first byte. */
export function upstreamRefusal(error: Error): Refusal {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new Refusal(
      'upstream-silent',
      'The upstream request timed out: the provider sent no answer in time.',
      error,
    );
  }
  if (code === 'address-refused') {
    return new Refusal(
      'bad-request',
      "This model's endpoint has an address that this gateway may not connect to. Ask an administrator.",
      error,
    );
  }
  return new Refusal('upstream-away', 'upstream connect error: the provider could not be reached.', error);
}

/**
 * A refusal for statuses that must not pass: 401 and 403 judge the gateway's key, and would tell a machine that its own
 * token is dead; a redirect would send the caller elsewhere with its token. All other statuses pass as they are.
 */
export function upstreamStatusRefusal(status: number): Refusal | null {
  if (status === 401 || status === 403) {
    return new Refusal(
      'upstream-credential',
      'upstream credential rejected: the provider does not accept the key configured for this model. Ask an administrator.',
    );
  }
  if (status >= 300 && status < 400) {
    return new Refusal(
      'upstream-away',
      'upstream connect error: the provider answered with a redirect, which is never followed.',
    );
  }
  return null;
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  return error.cause instanceof Error ? codeOf(error.cause) : '';
}
