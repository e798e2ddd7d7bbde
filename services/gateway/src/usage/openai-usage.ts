/**
 * Usage in the Chat Completions dialect and its kin. `prompt_tokens` includes what caches gave and took. A stream tells
 * usage in a last chunk when asked to (`stream_options.include_usage`); some servers tell it in each chunk: the last counts.
 * DeepSeek names cache reads `prompt_cache_hit_tokens`; Kimi puts `cached_tokens` at the top, or usage inside the choice.
 */
import type { CallUsage } from './call-usage.ts';
import { count, fields, list, text, type Fields } from './json-fields.ts';

export interface OpenAiUsage {
  readonly servedModel: string | null;
  /** The newest usage object. */
  readonly seen: Fields | null;
}

export const NO_OPENAI_USAGE: OpenAiUsage = { servedModel: null, seen: null };

/** Takes in a chunk, or a whole completion. */
export function withOpenAiChunk(before: OpenAiUsage, chunk: unknown): OpenAiUsage {
  const outer = fields(chunk);
  const usage = outer['usage'] ?? fields(list(outer['choices'])[0])['usage'];
  return {
    servedModel: text(outer['model']) ?? before.servedModel,
    seen: count(fields(usage)['prompt_tokens']) === undefined ? before.seen : fields(usage),
  };
}

/** The call's usage, or null when the provider said nothing. */
export function openAiCallUsage({ servedModel, seen }: OpenAiUsage): CallUsage | null {
  if (!seen) return null;
  const details = fields(seen['prompt_tokens_details']);
  const cacheRead =
    count(details['cached_tokens']) ??
    count(seen['prompt_cache_hit_tokens']) ??
    count(seen['cached_tokens']) ??
    0;
  const cacheWrite = count(details['cache_write_tokens']) ?? 0;
  return {
    input: Math.max(0, (count(seen['prompt_tokens']) ?? 0) - cacheRead - cacheWrite),
    output: count(seen['completion_tokens']) ?? 0,
    cacheRead,
    cacheWrite,
    cacheWrite1h: 0,
    servedModel,
    webSearches: 0,
    others: [],
    specialRate: false,
  };
}
