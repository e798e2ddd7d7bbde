/** What one model call used, read from the provider's own figures. Nothing here is counted by the gateway itself. */
import { costOf, type ModelPrice } from '@spectral/proto/wire';

export interface TokenCounts {
  /** Fresh input alone: what caches gave or took stands in the next three. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Cache writes kept 5 minutes, and 1 hour. */
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
}

export interface CallUsage extends TokenCounts {
  /** The model that answered, as the provider names it; null when it did not say. */
  readonly servedModel: string | null;
  readonly webSearches: number;
  /** Work done by other models within the call, such as an advisor. */
  readonly others: readonly (TokenCounts & { readonly model: string })[];
  /** True when the provider charged another rate than the list price (fast mode, a bound region). */
  readonly specialRate: boolean;
}

export const NO_TOKENS: TokenCounts = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };

/** Provider's fee of a web search made on its side, in USD. */
const WEB_SEARCH_USD = 0.01;

/**
 * Cost in USD, or null when any part of it has no known price. `priceOf` gives the price of an exact model id.
 * The answering model may be a dated form of the requested one, which costs the same, or another one altogether.
 */
export function costOfCall(
  usage: CallUsage,
  requested: { readonly id: string; readonly price: ModelPrice | null },
  priceOf: (modelId: string) => ModelPrice | null,
): number | null {
  if (usage.specialRate) return null;
  const parts = [
    costOf(priceOfServed(usage.servedModel, requested, priceOf), usage),
    usage.webSearches * WEB_SEARCH_USD,
  ];
  for (const other of usage.others) parts.push(costOf(priceOf(other.model), other));
  return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

function priceOfServed(
  served: string | null,
  requested: { readonly id: string; readonly price: ModelPrice | null },
  priceOf: (modelId: string) => ModelPrice | null,
): ModelPrice | null {
  if (served === null || isFormOf(served, requested.id)) return requested.price;
  return priceOf(served);
}

/** `claude-x-20260101` and `gpt-x-2026-01-01` are `claude-x` and `gpt-x`; a reseller may leave its `vendor/` out. */
function isFormOf(served: string, requested: string): boolean {
  const bare = (id: string) =>
    id.slice(id.lastIndexOf('/') + 1).replace(/-(latest|\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  return bare(served) === bare(requested);
}
