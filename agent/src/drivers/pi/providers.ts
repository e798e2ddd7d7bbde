/** The gateway's models in pi's words: one synthetic provider per dialect, pinned to the gateway. */
import type { Model, ModelApi } from '@spectral/proto/wire';
import type { ProviderConfig, ProviderModelConfig } from '@earendil-works/pi-coding-agent';

/** pi's provider names. No vendor has them, so no quirk of a vendor is guessed from them. */
export const PROVIDER_OF: Readonly<Record<ModelApi, string>> = {
  'anthropic-messages': 'spectral-anthropic',
  'openai-completions': 'spectral-openai',
};

/** pi insists on a key it can read without asking; the real token is put in per request, so that renewal is instant. */
const PLACEHOLDER_KEY = 'held-by-spectral';

/** What pi assumes of an endpoint it does not know is too much for most; a model's own flags override these. */
const OPENAI_COMPAT = {
  supportsStore: false,
  supportsDeveloperRole: false,
  supportsReasoningEffort: false,
  maxTokensField: 'max_tokens',
} as const;

/**
 * pi's registration of one dialect. The Anthropic library appends `/v1/messages` to the address, the OpenAI library
 * `/chat/completions`.
 */
export function providerConfig(api: ModelApi, gatewayUrl: string, models: readonly Model[]): ProviderConfig {
  const origin = new URL(gatewayUrl).origin;
  return {
    name: PROVIDER_OF[api],
    baseUrl: api === 'anthropic-messages' ? origin : `${origin}/v1`,
    apiKey: PLACEHOLDER_KEY,
    api,
    models: models.filter((model) => model.api === api).map(modelConfig),
  };
}

/**
 * Prices are zero here: costs are reckoned from the gateway's list (usage.ts), where unknown is null. `promptCache` is
 * left out, which keeps pi from re-sending requests to warm caches.
 */
function modelConfig(model: Model): ProviderModelConfig {
  const compat = model.api === 'openai-completions' ? { ...OPENAI_COMPAT, ...model.compat } : model.compat;
  return {
    id: model.id,
    name: model.displayName,
    reasoning: model.reasoning,
    input: model.input,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: model.contextWindow,
    maxTokens: model.maxOutput,
    compat,
    ...(model.thinkingLevelMap ? { thinkingLevelMap: model.thinkingLevelMap } : {}),
  };
}
