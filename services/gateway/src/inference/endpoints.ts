/** The paths of `/v1`, and which dialect an error must be told in. */
import type { Operation } from '../models/upstream.ts';
import type { ModelApi } from '@spectral/proto/wire';
import type { Dialect } from '../usage/tap.ts';

export interface InferenceEndpoint {
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly api: ModelApi;
  /** Whether a call makes a model work, and so belongs in the ledger. */
  readonly metered: boolean;
}

const ENDPOINTS: Readonly<Record<string, InferenceEndpoint>> = {
  '/v1/messages': { operation: 'messages', dialect: 'anthropic', api: 'anthropic-messages', metered: true },
  '/v1/messages/count_tokens': {
    operation: 'messages/count_tokens',
    dialect: 'anthropic',
    api: 'anthropic-messages',
    metered: false,
  },
  '/v1/chat/completions': {
    operation: 'chat/completions',
    dialect: 'openai',
    api: 'openai-completions',
    metered: true,
  },
};

/** Path and query of a request target; the query keeps its `?`. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark) };
}

/** Null for a path that is no inference endpoint. Paths are compared exactly: no case folding, no trailing slash. */
export function endpointOf(path: string): InferenceEndpoint | null {
  return Object.hasOwn(ENDPOINTS, path) ? (ENDPOINTS[path] ?? null) : null;
}

/** The endpoint that speaks an API, for advice in errors. */
export function pathOfApi(api: ModelApi): string {
  return api === 'anthropic-messages' ? '/v1/messages' : '/v1/chat/completions';
}

/** The dialect of an error about `path`: Anthropic's when the path or its version header says so. */
export function dialectOf(path: string, hasAnthropicVersion: boolean): Dialect {
  return hasAnthropicVersion || path.startsWith('/v1/messages') ? 'anthropic' : 'openai';
}
