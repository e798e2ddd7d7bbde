/**
 * What operators see of model calls. Names follow OpenTelemetry's conventions for generative AI where they exist
 * (`gen_ai.client.…`, dots written as underscores); labels never hold a team, a machine or a session.
 */
import type { Metrics } from '@spectral/common';
import type { Ending } from './forwarding.ts';

export interface MeteredCall {
  firstByte(): void;
  end(ending: Ending, costUsd: number | null): void;
}

export interface CallMeter {
  begin(call: { modelId: string; provider: string; operation: string }): MeteredCall;
  refused(kind: string, status: number): void;
}

/** 0.01 s doubled up to 81.92 s, as the convention advises. */
const DURATION_BUCKETS = Array.from({ length: 14 }, (_, step) => 0.01 * 2 ** step);

/** A meter on `metrics`; `clock` counts milliseconds. */
export function createCallMeter(metrics: Metrics, clock: () => number): CallMeter {
  const duration = metrics.histogram(
    'gen_ai_client_operation_duration_seconds',
    'Model calls, from request to last byte',
    DURATION_BUCKETS,
  );
  const firstByte = metrics.histogram(
    'gen_ai_client_operation_time_to_first_chunk_seconds',
    'Model calls, from request to first byte',
    DURATION_BUCKETS,
  );
  const tokens = metrics.counter(
    'gen_ai_client_token_usage_tokens',
    'Tokens of model calls, as the provider counted them',
  );
  const cost = metrics.counter('spectral_inference_cost_usd', 'Cost of model calls with a known price');
  const unpriced = metrics.counter('spectral_inference_unpriced_calls', 'Model calls whose cost is unknown');
  const refused = metrics.counter(
    'spectral_inference_refused_calls',
    'Calls turned down before any provider was asked',
  );

  return {
    begin({ modelId, provider, operation }) {
      const labels = {
        gen_ai_request_model: modelId,
        gen_ai_provider_name: provider,
        gen_ai_operation_name: operation,
      };
      const begun = clock();
      let first = true;
      return {
        firstByte() {
          if (first) firstByte.record((clock() - begun) / 1000, labels);
          first = false;
        },
        end({ usage, outcome }, costUsd) {
          duration.record((clock() - begun) / 1000, { ...labels, outcome });
          if (costUsd === null) unpriced.add(1, labels);
          else if (costUsd > 0) cost.add(costUsd, labels);
          if (!usage) return;
          for (const [type, amount] of tokenKinds(usage))
            if (amount > 0) tokens.add(amount, { ...labels, gen_ai_token_type: type });
        },
      };
    },
    refused: (kind, status) => refused.add(1, { kind, status }),
  };
}

function tokenKinds(usage: NonNullable<Ending['usage']>): [string, number][] {
  return [
    ['input', usage.input],
    ['output', usage.output],
    ['cache_read', usage.cacheRead],
    ['cache_write', usage.cacheWrite + usage.cacheWrite1h],
  ];
}
