/** `GET /v1/models` in the three shapes clients expect. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Model } from '@spectral/proto/wire';

/** Asked for in `Accept` by Spectral's own agent: everything it needs to drive a model. */
export const MODELS_MEDIA_TYPE = 'application/vnd.spectral.models+json';

/** Anthropic's and OpenAI's lists give dates; the catalogue has none, and clients only sort by them. */
const CREATED_AT = '2026-01-01T00:00:00Z';

/** The list in the shape the request asks for, with its content type. */
export function modelListFor(
  headers: IncomingHttpHeaders,
  models: readonly Model[],
): { type: string; body: object } {
  if (headers.accept?.includes(MODELS_MEDIA_TYPE)) return { type: MODELS_MEDIA_TYPE, body: { models } };
  const data = models.map((model) => modelShapeFor(headers, model).body);
  const [first, last] = [models[0]?.id ?? null, models.at(-1)?.id ?? null];
  const body = isAnthropic(headers)
    ? { data, has_more: false, first_id: first, last_id: last }
    : { object: 'list', data };
  return { type: 'application/json', body };
}

/** One model in that shape. */
export function modelShapeFor(headers: IncomingHttpHeaders, model: Model): { type: string; body: object } {
  if (headers.accept?.includes(MODELS_MEDIA_TYPE)) return { type: MODELS_MEDIA_TYPE, body: model };
  return {
    type: 'application/json',
    body: isAnthropic(headers) ? anthropicModel(model) : openAiModel(model),
  };
}

function isAnthropic(headers: IncomingHttpHeaders): boolean {
  return headers['anthropic-version'] !== undefined;
}

function anthropicModel({ id, displayName, contextWindow, maxOutput }: Model): object {
  return {
    type: 'model',
    id,
    display_name: displayName,
    created_at: CREATED_AT,
    max_input_tokens: contextWindow,
    max_tokens: maxOutput,
  };
}

function openAiModel({ id, provider, contextWindow, maxOutput }: Model): object {
  return {
    id,
    object: 'model',
    created: Date.parse(CREATED_AT) / 1000,
    owned_by: provider,
    context_window: contextWindow,
    max_output_tokens: maxOutput,
  };
}
