import assert from 'node:assert/strict';
import { loadCatalogue } from '../../src/models/catalogue.ts';
import { baseModelRoutes, openAiVendor, type ProviderSettings } from '../../src/models/providers.ts';
import { splitBaseUrl, upstreamPath } from '../../src/models/upstream.ts';

const NONE: ProviderSettings = {
  anthropic: { apiKey: null, baseUrl: 'https://api.anthropic.com' },
  openai: { apiKey: null, baseUrl: 'https://api.openai.com/v1' },
  demoUrl: null,
};
const catalogue = loadCatalogue();
const routes = (settings: Partial<ProviderSettings>) => baseModelRoutes({ ...NONE, ...settings }, catalogue);

describe('the catalogue', () => {
  it('has limits for every model, and exact prices', () => {
    for (const provider of ['anthropic', 'openai', 'openrouter', 'deepseek']) {
      const models = catalogue.modelsOf(provider);
      assert.ok(models.length > 1, provider);
      for (const model of models) assert.ok(model.contextWindow > 0 && model.maxOutput > 0, model.id);
      assert.equal(new Set(models.map(({ id }) => id)).size, models.length);
    }
    const price = (provider: string, id: string) =>
      catalogue.modelsOf(provider).find((model) => model.id === id)?.price;
    assert.deepEqual(price('anthropic', 'claude-opus-4-5'), {
      input: 5,
      output: 25,
      cacheRead: 0.5,
      cacheWrite: 6.25,
      cacheWrite1h: 10,
    });
    assert.deepEqual([price('openai', 'gpt-4o')?.input, price('openai', 'gpt-4o-mini')?.input], [2.5, 0.15]);
    assert.equal(price('openai', 'gpt-5.4')?.tiers?.[0]?.inputTokensAbove, 272_000);
    assert.equal(price('openai', 'gpt-4o-unheard-of'), undefined);
  });

  it('tells pi what it cannot see behind the gateway', () => {
    const [deepseek] = catalogue.modelsOf('deepseek');
    const [openai] = catalogue.modelsOf('openai');

    assert.deepEqual(
      [
        deepseek?.compat['supportsStore'],
        deepseek?.compat['maxTokensField'],
        deepseek?.compat['thinkingFormat'],
      ],
      [false, 'max_tokens', 'deepseek'],
    );
    assert.equal(openai?.compat['maxTokensField'], 'max_completion_tokens');
    for (const model of catalogue.modelsOf('anthropic'))
      assert.equal(model.compat['allowedFallbackModels'], undefined);
  });
});

describe('base models', () => {
  it('are those whose provider is configured', () => {
    assert.equal(routes({}).size, 0);
    const anthropic = routes({ anthropic: { apiKey: 'K', baseUrl: 'https://api.anthropic.com' } });
    assert.ok(
      [...anthropic.values()].every(
        ({ model, upstream }) => model.provider === 'anthropic' && upstream.key === 'K',
      ),
    );
    assert.deepEqual([...routes({ demoUrl: 'http://127.0.0.1:1' }).keys()], ['spectral-demo']);
  });

  it('follow the vendor behind an OpenAI-style base URL, so that ids with a slash stay with it', () => {
    const openrouter = routes({ openai: { apiKey: 'K', baseUrl: 'https://openrouter.ai/api/v1' } });

    assert.equal(openrouter.get('deepseek/deepseek-v4-pro')?.upstream.origin, 'https://openrouter.ai');
    assert.equal(openrouter.get('gpt-4o'), undefined);
    assert.equal(openAiVendor('https://eu.api.x.ai/v1'), 'xai');
    assert.equal(openAiVendor('https://notx.ai/v1'), 'openai');
    assert.equal(openAiVendor('http://127.0.0.1:9000/v1'), 'openai');
  });
});

describe('paths at an upstream', () => {
  it('follow the customs of each dialect', () => {
    assert.deepEqual(splitBaseUrl('https://host:8443/llm/v1/?x#y'), {
      origin: 'https://host:8443',
      basePath: '/llm/v1',
    });
    assert.equal(upstreamPath('', 'messages'), '/v1/messages');
    assert.equal(upstreamPath('/anthropic', 'messages/count_tokens'), '/anthropic/v1/messages/count_tokens');
    assert.equal(upstreamPath('/anthropic/v1', 'messages'), '/anthropic/v1/messages');
    assert.equal(upstreamPath('/v1', 'chat/completions'), '/v1/chat/completions');
    assert.equal(upstreamPath('/api/paas/v4', 'chat/completions'), '/api/paas/v4/chat/completions');
  });
});
