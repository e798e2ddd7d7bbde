/** A provider's failure, which pi gives as text, as a code and a sentence for a person. */
import { STALLED_WORDS } from './watched-body.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
}

const BY_STATUS: Readonly<Record<number, Failure>> = {
  401: {
    code: 'machine-token-rejected',
    message:
      'The gateway no longer accepts this machine. Restart `spectral serve`; if that does not help, run `spectral login`.',
  },
  403: {
    code: 'model-not-granted',
    message: 'The team may not use this model. Choose another, or ask an owner to grant it.',
  },
  404: { code: 'model-unknown', message: 'The gateway does not know this model. Choose another.' },
  413: {
    code: 'request-too-large',
    message: 'The request is too large for the model. Compact the session or send fewer images.',
  },
  429: {
    code: 'rate-limited',
    message: 'The provider limits the rate of requests. Wait a little, then send the prompt again.',
  },
};

/** `text` is pi's, such as `429 {"type":"error","error":{"message":"…"}}`, `terminated`, or a sentence. */
export function readFailure(text: string | undefined): Failure {
  const said = text ?? '';
  const status = statusIn(said);
  const detail = providersWords(said);
  if (detail.startsWith(STALLED_WORDS)) return { code: 'model-stalled', message: detail };
  const known = BY_STATUS[status] ?? general(status);
  return { code: known.code, message: detail === '' ? known.message : `${known.message} (${detail})` };
}

/** What went wrong in a few words, for a request that is repeated. */
export function shortFailure(text: string | undefined): string {
  const status = statusIn(text ?? '');
  const words = providersWords(text ?? '') || 'no answer';
  return status === 0 ? words : `${status}: ${words}`;
}

function statusIn(said: string): number {
  return Number(/^\s*(\d{3})\b/.exec(said)?.[1] ?? 0);
}

function general(status: number): Failure {
  if (status >= 500)
    return {
      code: 'provider-unavailable',
      message: `The provider answered ${status}. Send the prompt again in a while.`,
    };
  if (status >= 400)
    return { code: 'provider-refused', message: `The provider refused the request with ${status}.` };
  return { code: 'provider-failed', message: 'The request to the model failed. Send the prompt again.' };
}

/** The provider's own message, out of its envelope where there is one; at most 500 characters. */
function providersWords(said: string): string {
  const withoutStatus = said.replace(/^\s*\d{3}\s*:?\s*/, '');
  const message = messageIn(withoutStatus) ?? withoutStatus;
  return message.length > 500 ? `${message.slice(0, 499)}…` : message.trim();
}

function messageIn(json: string): string | null {
  if (!json.startsWith('{')) return null;
  try {
    const body = JSON.parse(json) as { message?: unknown; error?: { message?: unknown } | null };
    const message = body.error?.message ?? body.message;
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}
