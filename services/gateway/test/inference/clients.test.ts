import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { stream as anthropicStream } from '@earendil-works/pi-ai/api/anthropic-messages';
import { stream as openAiStream } from '@earendil-works/pi-ai/api/openai-completions';
import type { Model } from '@spectral/proto/wire';
import { normalizeContext } from '@earendil-works/pi-ai/utils/transcript';
import OpenAI from 'openai';
import { DEMO_MODEL } from '../../src/models/providers.ts';
import { loadCatalogue } from '../../src/models/catalogue.ts';
import { startMockUpstream, type MockUpstream } from '../support/mock-upstream.ts';
import { MACHINE_TOKEN, startModelDoor, type ModelDoor } from '../support/model-door.ts';

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function ratesOf({ price }: Model) {
  assert.ok(price);
  const { input, output, cacheRead, cacheWrite } = price;
  return { input, output, cacheRead, cacheWrite };
}

describe("vendors' own clients, through the door", () => {
  let upstream: MockUpstream;
  let door: ModelDoor;
  let anthropic: Anthropic;
  let openai: OpenAI;

  beforeEach(async () => {
    upstream = await startMockUpstream();
    door = await startModelDoor({ upstream: upstream.url });
    anthropic = new Anthropic({ baseURL: door.url, apiKey: MACHINE_TOKEN, maxRetries: 0 });
    openai = new OpenAI({ baseURL: `${door.url}/v1`, apiKey: MACHINE_TOKEN, maxRetries: 0 });
  });
  afterEach(async () => {
    await door.close();
    await upstream.close();
  });

  const ask = (content: string) => ({ max_tokens: 10, messages: [{ role: 'user' as const, content }] });
  const messages = (content: string, model = 'claude-haiku-4-5') =>
    anthropic.messages.create({ model, ...ask(content) });
  const completion = (content: string, model = 'gpt-4o') =>
    openai.chat.completions.create({ model, ...ask(content) });

  it('read whole answers and streams', async () => {
    const whole = await messages('hi');
    const streamed = await anthropic.messages
      .stream({ model: 'claude-haiku-4-5', ...ask('hi') })
      .finalMessage();
    const chat = await completion('hi');
    let text = '';
    for await (const chunk of await openai.chat.completions.create({
      model: 'gpt-4o',
      stream: true,
      ...ask('hi'),
    })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }

    assert.equal(whole.content[0]?.type === 'text' && whole.content[0].text, 'Hello world');
    assert.equal(streamed.content[0]?.type === 'text' && streamed.content[0].text, 'Hello é world');
    assert.deepEqual([streamed.usage.input_tokens, streamed.usage.output_tokens], [1000, 500]);
    assert.equal(chat.choices[0]?.message.content, 'Hello world');
    assert.equal(text, 'Hello world');
  });

  it("recognise the upstream's errors and the gateway's own", async () => {
    const of = async (call: Promise<unknown>) =>
      call.then(
        () => assert.fail('no error'),
        (error: { status?: number; requestID?: string; error?: { error?: { type?: string } } }) => error,
      );

    const limited = await of(messages('status 429'));
    assert.ok(limited instanceof Anthropic.RateLimitError);
    assert.equal(limited.requestID, 'req_9');
    assert.ok((await of(messages('status 529'))) instanceof Anthropic.InternalServerError);
    assert.ok((await of(messages('hi', 'claude-opus-4-5'))) instanceof Anthropic.PermissionDeniedError);
    assert.ok((await of(messages('hi', 'none'))) instanceof Anthropic.NotFoundError);
    assert.ok((await of(completion('hi', 'gpt-4.1'))) instanceof OpenAI.PermissionDeniedError);
    assert.ok((await of(completion('hi', 'none'))) instanceof OpenAI.NotFoundError);
    assert.ok((await of(completion('status 500'))) instanceof OpenAI.InternalServerError);
  });

  it('see that an answer broke off', async () => {
    await assert.rejects(
      anthropic.messages.stream({ model: 'claude-haiku-4-5', ...ask('cut') }).finalMessage(),
      /stream ended before message_stop/,
    );
    const chunks = await openai.chat.completions.create({ model: 'gpt-4o', stream: true, ...ask('cut') });
    await assert.rejects(allOf(chunks), /upstream connection was lost/);
  });

  it('let pi talk to either dialect, and count what it used', async () => {
    const haiku =
      loadCatalogue()
        .modelsOf('anthropic')
        .find(({ id }) => id === 'claude-haiku-4-5') ?? DEMO_MODEL;
    const gpt =
      loadCatalogue()
        .modelsOf('openai')
        .find(({ id }) => id === 'gpt-4o') ?? DEMO_MODEL;
    const context = normalizeContext({ messages: [{ role: 'user' as const, content: 'hi', timestamp: 0 }] });
    const asPi = (model: typeof haiku) => ({
      id: model.id,
      name: model.displayName,
      provider: 'spectral',
      reasoning: false,
      input: model.input,
      cost: ratesOf(model),
      contextWindow: model.contextWindow,
      maxTokens: model.maxOutput,
    });

    const viaMessages = await anthropicStream(
      { ...asPi(haiku), api: 'anthropic-messages', baseUrl: door.url, compat: haiku.compat },
      context,
      { apiKey: MACHINE_TOKEN },
    ).result();
    const viaChat = await openAiStream(
      { ...asPi(gpt), api: 'openai-completions', baseUrl: `${door.url}/v1`, compat: gpt.compat },
      context,
      { apiKey: MACHINE_TOKEN },
    ).result();

    for (const [answer, text, usd] of [
      [viaMessages, 'Hello é world', 0.0035],
      [viaChat, 'Hello world', 0.0075],
    ] as const) {
      assert.equal(answer.stopReason, 'stop', answer.errorMessage);
      assert.equal(answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''), text);
      assert.deepEqual([answer.usage.input, answer.usage.output, answer.usage.cost.total], [1000, 500, usd]);
    }
    const costs = [...door.ledger.calls.values()].map((call) => 'costUsd' in call && call.costUsd);
    assert.deepEqual(costs, [0.0035, 0.0075], 'what pi shows is what the gateway records');
  });
});
