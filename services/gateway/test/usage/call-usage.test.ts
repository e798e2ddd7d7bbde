import assert from 'node:assert/strict';
import {
  anthropicCallUsage,
  NO_ANTHROPIC_USAGE,
  withAnthropicEvent,
} from '../../src/usage/anthropic-usage.ts';
import { costOfCall, NO_TOKENS, type CallUsage } from '../../src/usage/call-usage.ts';
import { NO_OPENAI_USAGE, openAiCallUsage, withOpenAiChunk } from '../../src/usage/openai-usage.ts';

const PRICE = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
const CALL: CallUsage = { ...NO_TOKENS, servedModel: null, webSearches: 0, others: [], specialRate: false };
const requested = { id: 'claude-x', price: PRICE };
const unknown = () => null;
const anthropic = (...events: unknown[]) =>
  anthropicCallUsage(events.reduce(withAnthropicEvent, NO_ANTHROPIC_USAGE));

describe('the cost of a call', () => {
  it('is 0.0105 USD for 1,000 in and 500 out at 3 and 15', () => {
    assert.equal(costOfCall({ ...CALL, input: 1000, output: 500 }, requested, unknown), 0.0105);
  });

  it('prices cache reads, 5 minute and 1 hour writes apart, and web searches', () => {
    const cost = costOfCall(
      { ...CALL, cacheRead: 1_000_000, cacheWrite: 1_000_000, cacheWrite1h: 1_000_000, webSearches: 3 },
      requested,
      unknown,
    );

    assert.equal(cost, 0.3 + 3.75 + 6 + 0.03);
  });

  it('is null, never a guess, for an unknown price', () => {
    assert.equal(costOfCall({ ...CALL, input: 1 }, { id: 'x', price: null }, unknown), null);
    assert.equal(costOfCall({ ...CALL, input: 1, specialRate: true }, requested, unknown), null);
    assert.equal(costOfCall({ ...CALL, input: 1, servedModel: 'another' }, requested, unknown), null);
    assert.equal(
      costOfCall({ ...CALL, others: [{ ...NO_TOKENS, model: 'adviser', input: 1 }] }, requested, unknown),
      null,
    );
  });

  it('takes a dated form of the model for the model, and another model at its own price', () => {
    const million = { ...CALL, input: 1_000_000 };
    const priceOf = (id: string) => (id === 'claude-y' ? { ...PRICE, input: 5 } : null);

    assert.equal(costOfCall({ ...million, servedModel: 'claude-x-20260101' }, requested, priceOf), 3);
    assert.equal(
      costOfCall(
        { ...million, servedModel: 'gpt-x-2026-01-01' },
        { id: 'openai/gpt-x', price: PRICE },
        priceOf,
      ),
      3,
    );
    assert.equal(costOfCall({ ...million, servedModel: 'claude-y' }, requested, priceOf), 5);
    assert.equal(costOfCall({ ...million, servedModel: 'claude-x-mini' }, requested, priceOf), null);
  });
});

describe('Messages usage', () => {
  it('never adds message_start and message_delta', () => {
    const usage = anthropic(
      { type: 'message_start', message: { usage: { input_tokens: 100, output_tokens: 5 } } },
      { type: 'message_delta', usage: { input_tokens: 100, output_tokens: 50 } },
    );

    assert.deepEqual([usage?.input, usage?.output], [100, 50]);
  });

  it('takes cache writes beyond the split of message_start as 5 minute writes', () => {
    const usage = anthropic(
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 1,
            cache_creation_input_tokens: 10,
            cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 10 },
          },
        },
      },
      { type: 'message_delta', usage: { output_tokens: 1, cache_creation_input_tokens: 50 } },
    );

    assert.deepEqual([usage?.cacheWrite, usage?.cacheWrite1h], [40, 10]);
  });

  it('takes usage that comes with message_delta alone, and 0/0 at the start', () => {
    const usage = anthropic(
      { type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } },
      { type: 'message_delta', usage: { input_tokens: 9, output_tokens: 8, cache_read_input_tokens: 7 } },
    );

    assert.deepEqual([usage?.input, usage?.output, usage?.cacheRead], [9, 8, 7]);
  });

  it('adds compactions, which the totals leave out, and sets advisors apart by model', () => {
    const usage = anthropic({
      type: 'message',
      model: 'claude-x',
      usage: {
        input_tokens: 10,
        output_tokens: 20,
        server_tool_use: { web_search_requests: 2 },
        iterations: [
          { type: 'message', input_tokens: 10, output_tokens: 20 },
          { type: 'compaction', input_tokens: 1000, output_tokens: 100 },
          { type: 'advisor_message', model: 'claude-y', input_tokens: 5, output_tokens: 6 },
        ],
      },
    });

    assert.deepEqual([usage?.input, usage?.output, usage?.webSearches], [1010, 120, 2]);
    assert.deepEqual(usage?.others, [{ ...NO_TOKENS, model: 'claude-y', input: 5, output: 6 }]);
  });

  it('is unknown, not zero, when the provider says nothing', () => {
    assert.equal(anthropic({ type: 'message', usage: {} }), null);
    assert.equal(anthropic(null, 'x', { type: 'message_start' }), null);
  });

  it('knows rates that the list price does not cover', () => {
    assert.equal(anthropic({ usage: { input_tokens: 1, speed: 'fast' } })?.specialRate, true);
    assert.equal(
      anthropic({ usage: { input_tokens: 1, speed: 'standard', inference_geo: 'global' } })?.specialRate,
      false,
    );
  });
});

describe('Chat Completions usage', () => {
  const openai = (...chunks: unknown[]) => openAiCallUsage(chunks.reduce(withOpenAiChunk, NO_OPENAI_USAGE));

  it('takes the last usage of a stream that tells it in each chunk', () => {
    const usage = openai(
      { usage: { prompt_tokens: 5, completion_tokens: 1 } },
      { usage: { prompt_tokens: 5, completion_tokens: 2 } },
      { usage: null },
    );

    assert.deepEqual([usage?.input, usage?.output], [5, 2]);
  });

  it('finds cached tokens where DeepSeek, Kimi and OpenRouter put them', () => {
    assert.equal(openai({ usage: { prompt_tokens: 5, prompt_cache_hit_tokens: 2 } })?.cacheRead, 2);
    assert.equal(openai({ usage: { prompt_tokens: 5, cached_tokens: 3 } })?.cacheRead, 3);
    assert.equal(openai({ choices: [{ usage: { prompt_tokens: 5, cached_tokens: 4 } }] })?.cacheRead, 4);
    assert.equal(
      openai({ usage: { prompt_tokens: 5, cost: 0.1, prompt_tokens_details: { cached_tokens: 5 } } })?.input,
      0,
    );
  });

  it('is unknown without a usage chunk', () => {
    assert.equal(openai({ model: 'm', choices: [] }), null);
  });
});
