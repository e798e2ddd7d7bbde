/**
 * Usage in the Messages dialect. Figures are cumulative: `message_start` gives first values, each `message_delta` may give
 * newer totals (null: no news). They are overwritten, never added. The 5 minute / 1 hour split of cache writes comes with
 * `message_start` alone and may lag behind the final total; the rest is then of the 5 minute kind.
 */
import type { CallUsage, TokenCounts } from './call-usage.ts';
import { count, fields, list, text, type Fields } from './json-fields.ts';

export interface AnthropicUsage {
  readonly servedModel: string | null;
  /** Newest non-null value of each field the provider sent. */
  readonly seen: Fields;
}

export const NO_ANTHROPIC_USAGE: AnthropicUsage = { servedModel: null, seen: {} };

/** Takes in a stream event, or a whole message. */
export function withAnthropicEvent(before: AnthropicUsage, event: unknown): AnthropicUsage {
  const outer = fields(event);
  const message = outer['type'] === 'message_start' ? fields(outer['message']) : outer;
  const news = Object.entries(fields(message['usage'])).filter(([, value]) => value !== null);
  return {
    servedModel: text(message['model']) ?? before.servedModel,
    seen: { ...before.seen, ...Object.fromEntries(news) },
  };
}

/** The call's usage, or null when the provider said nothing. */
export function anthropicCallUsage({ servedModel, seen }: AnthropicUsage): CallUsage | null {
  if (count(seen['input_tokens']) === undefined && count(seen['output_tokens']) === undefined) return null;
  const iterations = list(seen['iterations']).map(fields);
  const compactions = iterations.filter(({ type }) => type === 'compaction').map(tokenCounts);
  const advisors = iterations.filter(({ type }) => type === 'advisor_message');
  return {
    ...compactions.reduce(sum, tokenCounts(seen)),
    servedModel,
    webSearches: count(fields(seen['server_tool_use'])['web_search_requests']) ?? 0,
    others: advisors.map((advisor) => ({ model: text(advisor['model']) ?? '', ...tokenCounts(advisor) })),
    specialRate: seen['speed'] === 'fast' || seen['inference_geo'] === 'us',
  };
}

function tokenCounts(seen: Fields): TokenCounts {
  const split = fields(seen['cache_creation']);
  const cacheWrite1h = count(split['ephemeral_1h_input_tokens']) ?? 0;
  const split5m = count(split['ephemeral_5m_input_tokens']) ?? 0;
  const written = Math.max(count(seen['cache_creation_input_tokens']) ?? 0, split5m + cacheWrite1h);
  return {
    input: count(seen['input_tokens']) ?? 0,
    output: count(seen['output_tokens']) ?? 0,
    cacheRead: count(seen['cache_read_input_tokens']) ?? 0,
    cacheWrite: written - cacheWrite1h,
    cacheWrite1h,
  };
}

function sum(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  };
}
