/** Where calls to a model really go, and with which credential. */
import type { Model } from '@spectral/proto/wire';

export interface Upstream {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path of the base URL, without a trailing slash; may be empty. */
  readonly basePath: string;
  readonly key: string | null;
  readonly credentialHeader: 'authorization' | 'x-api-key';
  /** `central`: set by the operator. `team`: entered by a team, so its address is guarded at connect time. */
  readonly trust: 'central' | 'team';
}

/** A model a team may call, and the way to it. */
export interface ModelRoute {
  readonly model: Model;
  /** Name of the model at the upstream. */
  readonly upstreamModel: string;
  readonly upstream: Upstream;
}

/** Splits a base URL. Throws on what is no URL; queries and fragments have no meaning in a base and are dropped. */
export function splitBaseUrl(baseUrl: string): { origin: string; basePath: string } {
  const url = new URL(baseUrl);
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

/** Operations of the two dialects, as paths below `/v1`. */
export type Operation = 'messages' | 'messages/count_tokens' | 'chat/completions';

/**
 * Path of an operation at an upstream. OpenAI-style bases include `/v1` by custom and Anthropic-style ones do not;
 * one that does is understood as well.
 */
export function upstreamPath(basePath: string, operation: Operation): string {
  if (operation === 'chat/completions' || basePath.endsWith('/v1')) return `${basePath}/${operation}`;
  return `${basePath}/v1/${operation}`;
}
