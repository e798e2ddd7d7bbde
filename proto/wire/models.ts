/** Models as machines and people see them. Prices are USD per million tokens. */
import * as v from 'valibot';

const rates = {
  input: v.number(),
  output: v.number(),
  cacheRead: v.number(),
  /** Cache writes kept 5 minutes, and 1 hour. */
  cacheWrite: v.number(),
  cacheWrite1h: v.number(),
};
export const modelPrice = v.object({
  ...rates,
  /** Rates of a whole call whose input (fresh, read and written) exceeds a threshold, lowest threshold first. */
  tiers: v.optional(v.array(v.object({ ...rates, inputTokensAbove: v.number() }))),
});
export type ModelPrice = v.InferOutput<typeof modelPrice>;

/** Which of the gateway's endpoints speaks to the model: `/v1/messages` or `/v1/chat/completions`. */
export const modelApi = v.picklist(['anthropic-messages', 'openai-completions']);
export type ModelApi = v.InferOutput<typeof modelApi>;

/** A model a team may use, with all an agent needs to drive it. */
export const model = v.object({
  /** As named in requests; may hold slashes, such as `deepseek/deepseek-v4-pro`. */
  id: v.string(),
  displayName: v.string(),
  provider: v.string(),
  api: modelApi,
  /** `base`: from the catalogue; `user`: the team's own; `demo`: the built-in scripted model. */
  kind: v.picklist(['base', 'user', 'demo']),
  contextWindow: v.number(),
  maxOutput: v.number(),
  reasoning: v.boolean(),
  input: v.array(v.picklist(['text', 'image'])),
  /** Null when unknown: costs are then null too, never a guess. */
  price: v.nullable(modelPrice),
  /** Compatibility flags of the endpoint, passed to the agent as they are (see docs/models.md). */
  compat: v.record(v.string(), v.unknown()),
  /** The provider's word for each of the agent's thinking levels; null: the model lacks that level. Absent: the usual words. */
  thinkingLevelMap: v.optional(v.record(v.string(), v.nullable(v.string()))),
});
export type Model = v.InferOutput<typeof model>;

/** Cost of a call in USD, or null for an unknown price. 1,000 in + 500 out at 3 and 15 = 0.0105. */
export function costOf(
  price: ModelPrice | null,
  tokens: { input: number; output: number; cacheRead: number; cacheWrite: number; cacheWrite1h?: number },
): number | null {
  if (!price) return null;
  const inputTotal = tokens.input + tokens.cacheRead + tokens.cacheWrite + (tokens.cacheWrite1h ?? 0);
  const rate = price.tiers?.findLast(({ inputTokensAbove }) => inputTotal > inputTokensAbove) ?? price;
  const microUsd =
    tokens.input * rate.input +
    tokens.output * rate.output +
    tokens.cacheRead * rate.cacheRead +
    tokens.cacheWrite * rate.cacheWrite +
    (tokens.cacheWrite1h ?? 0) * rate.cacheWrite1h;
  return microUsd / 1_000_000;
}
