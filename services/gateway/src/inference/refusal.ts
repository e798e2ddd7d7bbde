/**
 * The gateway's own errors on `/v1`, in the caller's dialect. The words are an interface: pi and Claude Code decide by
 * them whether to try again, to shorten the conversation or to stop. "overloaded", "timed out" and "upstream connect
 * error" ask for another try; `request_too_large` asks for shortening; nothing else here may read like either, so texts
 * hold no status numbers and ids are letters only. test/inference/refusal.test.ts asks pi's own judgement of each.
 */
import type { Dialect } from '../usage/tap.ts';

export type RefusalKind =
  | 'bad-token'
  | 'machine-revoked'
  | 'model-not-allowed'
  | 'model-unknown'
  | 'not-found'
  | 'too-large'
  | 'bad-request'
  | 'busy'
  | 'draining'
  | 'accounts-away'
  | 'upstream-away'
  | 'upstream-silent'
  | 'upstream-credential'
  | 'upstream-cut';

interface Form {
  readonly status: number;
  /** Where OpenAI's clients expect another status than Anthropic's. */
  readonly openaiStatus?: number;
  readonly anthropicType: string;
  readonly openaiType: string;
  readonly openaiCode: string;
  /** Whether the caller should try again by itself, and after how many seconds. */
  readonly retry: boolean;
  readonly retryAfterSeconds?: number;
}

const FORMS: Readonly<Record<RefusalKind, Form>> = {
  'bad-token': {
    status: 401,
    anthropicType: 'authentication_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'invalid_api_key',
    retry: false,
  },
  'machine-revoked': {
    status: 401,
    anthropicType: 'authentication_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'invalid_api_key',
    retry: false,
  },
  'model-not-allowed': {
    status: 403,
    anthropicType: 'permission_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'model_not_allowed',
    retry: false,
  },
  'model-unknown': {
    status: 404,
    anthropicType: 'not_found_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'model_not_found',
    retry: false,
  },
  'not-found': {
    status: 404,
    anthropicType: 'not_found_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'not_found',
    retry: false,
  },
  'too-large': {
    status: 413,
    anthropicType: 'request_too_large',
    openaiType: 'invalid_request_error',
    openaiCode: 'request_too_large',
    retry: false,
  },
  'bad-request': {
    status: 400,
    anthropicType: 'invalid_request_error',
    openaiType: 'invalid_request_error',
    openaiCode: 'invalid_request',
    retry: false,
  },
  busy: {
    status: 429,
    anthropicType: 'rate_limit_error',
    openaiType: 'rate_limit_error',
    openaiCode: 'rate_limit_exceeded',
    retry: true,
    retryAfterSeconds: 2,
  },
  draining: {
    status: 529,
    openaiStatus: 503,
    anthropicType: 'overloaded_error',
    openaiType: 'server_error',
    openaiCode: 'overloaded',
    retry: true,
    retryAfterSeconds: 2,
  },
  'accounts-away': {
    status: 529,
    openaiStatus: 503,
    anthropicType: 'overloaded_error',
    openaiType: 'server_error',
    openaiCode: 'overloaded',
    retry: true,
    retryAfterSeconds: 3,
  },
  'upstream-away': {
    status: 502,
    anthropicType: 'api_error',
    openaiType: 'server_error',
    openaiCode: 'upstream_error',
    retry: true,
  },
  'upstream-silent': {
    status: 504,
    anthropicType: 'timeout_error',
    openaiType: 'server_error',
    openaiCode: 'upstream_timeout',
    retry: true,
  },
  'upstream-credential': {
    status: 502,
    anthropicType: 'api_error',
    openaiType: 'server_error',
    openaiCode: 'upstream_credential',
    retry: false,
  },
  'upstream-cut': {
    status: 502,
    anthropicType: 'api_error',
    openaiType: 'server_error',
    openaiCode: 'upstream_error',
    retry: true,
  },
};

/** A call the gateway itself turns down. `message` is shown to people and read by agents. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  constructor(kind: RefusalKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Refusal';
    this.kind = kind;
  }
}

export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The whole HTTP answer for a refusal. */
export function refusalAnswer(refusal: Refusal, dialect: Dialect, requestId: string): RefusalAnswer {
  const form = FORMS[refusal.kind];
  const body = JSON.stringify(errorBody(refusal, dialect, requestId));
  return {
    status: (dialect === 'openai' && form.openaiStatus) || form.status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'request-id': requestId,
      'x-request-id': requestId,
      'x-spectral-request-id': requestId,
      'x-should-retry': String(form.retry),
      ...(form.retryAfterSeconds ? { 'retry-after': String(form.retryAfterSeconds) } : {}),
    },
    body,
  };
}

/** The dialect's error event, for a stream that has begun. */
export function refusalEvent(refusal: Refusal, dialect: Dialect, requestId: string): string {
  const data = JSON.stringify(errorBody(refusal, dialect, requestId));
  return dialect === 'anthropic' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}

/** HTTP status of a refusal, for logs and the ledger. */
export function refusalStatus(refusal: Refusal): number {
  return FORMS[refusal.kind].status;
}

function errorBody({ kind, message }: Refusal, dialect: Dialect, requestId: string): object {
  const { anthropicType, openaiType, openaiCode } = FORMS[kind];
  if (dialect === 'anthropic')
    return { type: 'error', error: { type: anthropicType, message }, request_id: requestId };
  return { error: { message, type: openaiType, param: null, code: openaiCode } };
}
