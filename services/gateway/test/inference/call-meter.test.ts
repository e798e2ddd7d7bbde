import assert from 'node:assert/strict';
import { createMetrics } from '@spectral/common';
import { createCallMeter } from '../../src/inference/call-meter.ts';
import { NO_TOKENS } from '../../src/usage/call-usage.ts';

describe('the meter of model calls', () => {
  it('shows duration, first byte, tokens and cost, and calls of unknown price apart', async () => {
    const metrics = createMetrics();
    const clock = { ms: 0 };
    const meter = createCallMeter(metrics, () => clock.ms);
    const usage = {
      ...NO_TOKENS,
      input: 10,
      output: 5,
      servedModel: null,
      webSearches: 0,
      others: [],
      specialRate: false,
    };
    const call = meter.begin({ modelId: 'm', provider: 'p', operation: 'messages' });
    clock.ms = 20;
    call.firstByte();
    clock.ms = 30;
    call.firstByte();
    call.end({ outcome: 'ok', httpStatus: 200, usage, estimated: false }, 0.25);
    meter
      .begin({ modelId: 'm', provider: 'p', operation: 'messages' })
      .end({ outcome: 'cut', httpStatus: 200, usage: null, estimated: true }, null);
    meter.refused('model-not-allowed', 403);

    const text = await metrics.text();
    await metrics.close();

    const value = (name: string) => Number(new RegExp(`^${name}[^\\n]* ([0-9.e-]+)$`, 'm').exec(text)?.[1]);
    assert.equal(value('gen_ai_client_operation_time_to_first_chunk_seconds_sum'), 0.02);
    assert.equal(value('gen_ai_client_operation_duration_seconds_sum\\{.*outcome="ok"'), 0.03);
    assert.equal(value('gen_ai_client_token_usage_tokens_total\\{.*gen_ai_token_type="output"'), 5);
    assert.equal(value('spectral_inference_cost_usd_total'), 0.25);
    assert.equal(value('spectral_inference_unpriced_calls_total'), 1);
    assert.equal(value('spectral_inference_refused_calls_total\\{kind="model-not-allowed"'), 1);
  });
});
