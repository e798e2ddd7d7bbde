/** The models pi may use: registered with its runtime, called with the token of the moment. */
import { isDeepStrictEqual } from 'node:util';
import type { ModelRuntime } from '@earendil-works/pi-coding-agent';
import { modelApi, type Model, type ModelApi, type ModelPrice } from '@spectral/proto/wire';
import type { ModelAccess } from '../driver.ts';
import { createGatewayFetch } from './gateway-fetch.ts';
import type { Pi } from './load-pi.ts';
import { PROVIDER_OF, providerConfig } from './providers.ts';

export type PiModel = NonNullable<ReturnType<ModelRuntime['getModel']>>;

export interface PiModels {
  readonly runtime: ModelRuntime;
  /** Registers what changed. A new token alone is used from the next request on, without registering anything. */
  configure(access: ModelAccess): void;
  find(modelId: string): PiModel | undefined;
  priceOf(modelId: string): ModelPrice | null;
}

export interface PiModelsOptions {
  /** Longest silence of a model. */
  readonly silenceMs: number;
  readonly fetch: typeof fetch;
}

/** A runtime with no credentials, no files and no catalogue of its own. */
export async function createPiModels(pi: Pi, options: PiModelsOptions): Promise<PiModels> {
  const runtime = await pi.sdk.ModelRuntime.create({
    credentials: new pi.InMemoryCredentialStore(),
    modelsPath: null,
    refreshOnCreate: false,
    allowModelNetwork: false,
  });
  let access: ModelAccess = { gatewayUrl: '', machineToken: '', models: [] };

  const register = (api: ModelApi, next: ModelAccess): void => {
    if (!next.models.some((model) => model.api === api)) return runtime.unregisterProvider(PROVIDER_OF[api]);
    runtime.registerProvider(PROVIDER_OF[api], {
      ...providerConfig(api, next.gatewayUrl, next.models),
      streamSimple: (model, context, streamOptions) => {
        const { gatewayUrl, machineToken } = access;
        const gatewayFetch = createGatewayFetch({ gatewayUrl, api, ...options });
        return streamOf(pi, api)(model as never, context, {
          ...streamOptions,
          apiKey: machineToken,
          fetch: gatewayFetch,
        });
      },
    });
  };
  const modelOf = (modelId: string): Model | undefined => access.models.find((model) => model.id === modelId);

  return {
    runtime,
    configure(next) {
      const former = access;
      access = next;
      if (former.gatewayUrl === next.gatewayUrl && isDeepStrictEqual(former.models, next.models)) return;
      for (const api of modelApi.options) register(api, next);
    },
    find(modelId) {
      const known = modelOf(modelId);
      return known && runtime.getModel(PROVIDER_OF[known.api], modelId);
    },
    priceOf: (modelId) => modelOf(modelId)?.price ?? null,
  };
}

function streamOf(pi: Pi, api: ModelApi): Pi['anthropic']['streamSimple'] | Pi['openai']['streamSimple'] {
  return api === 'anthropic-messages' ? pi.anthropic.streamSimple : pi.openai.streamSimple;
}
