/** Upstreams that the operator configured, and the base models they serve. */
import type { Model } from '@spectral/proto/wire';
import type { Catalogue } from './catalogue.ts';
import { splitBaseUrl, type ModelRoute } from './upstream.ts';

export interface ProviderSettings {
  readonly anthropic: { readonly apiKey: string | null; readonly baseUrl: string };
  readonly openai: { readonly apiKey: string | null; readonly baseUrl: string };
  /** Base URL of the demo provider; null: not offered. */
  readonly demoUrl: string | null;
}

/** Vendors that speak OpenAI's dialect, by the host of their base URL. Any other host counts as OpenAI's own models. */
const VENDOR_HOSTS: readonly (readonly [host: string, provider: string])[] = [
  ['openrouter.ai', 'openrouter'],
  ['deepseek.com', 'deepseek'],
  ['groq.com', 'groq'],
  ['x.ai', 'xai'],
  ['moonshot.ai', 'moonshotai'],
  ['together.ai', 'together'],
  ['together.xyz', 'together'],
  ['fireworks.ai', 'fireworks'],
  ['cerebras.ai', 'cerebras'],
];

/** Every base model this gateway can reach, by id, and the way to it. */
export function baseModelRoutes(settings: ProviderSettings, catalogue: Catalogue): Map<string, ModelRoute> {
  const { anthropic, openai, demoUrl } = settings;
  const routes: ModelRoute[] = [];
  if (demoUrl !== null) {
    routes.push({
      model: DEMO_MODEL,
      upstreamModel: DEMO_MODEL.id,
      upstream: central(demoUrl, null, 'x-api-key'),
    });
  }
  if (anthropic.apiKey !== null) {
    const upstream = central(anthropic.baseUrl, anthropic.apiKey, 'x-api-key');
    for (const model of catalogue.modelsOf('anthropic'))
      routes.push({ model, upstreamModel: model.id, upstream });
  }
  if (openai.apiKey !== null) {
    const upstream = central(openai.baseUrl, openai.apiKey, 'authorization');
    for (const model of catalogue.modelsOf(openAiVendor(openai.baseUrl))) {
      routes.push({ model, upstreamModel: model.id, upstream });
    }
  }
  return new Map(routes.map((route) => [route.model.id, route]));
}

/** Which vendor's catalogue an OpenAI-style base URL serves. */
export function openAiVendor(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return VENDOR_HOSTS.find(([host]) => hostname === host || hostname.endsWith(`.${host}`))?.[1] ?? 'openai';
}

/** The scripted model. It costs nothing, and that is known. */
export const DEMO_MODEL: Model = {
  id: 'spectral-demo',
  displayName: 'Demo (scripted, no AI)',
  provider: 'spectral-demo',
  api: 'anthropic-messages',
  kind: 'demo',
  contextWindow: 200_000,
  maxOutput: 32_000,
  reasoning: true,
  input: ['text', 'image'],
  price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
  compat: {},
};

function central(
  baseUrl: string,
  key: string | null,
  credentialHeader: 'authorization' | 'x-api-key',
): ModelRoute['upstream'] {
  return { ...splitBaseUrl(baseUrl), key, credentialHeader, trust: 'central' };
}
