import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { startDemoProvider, type DemoProvider } from '../../src/demo/index.ts';
import { MACHINE_TOKEN, startModelDoor, type ModelDoor } from '../support/model-door.ts';

const TOOLS = ['read', 'bash', 'edit', 'write'].map((name) => ({
  name,
  input_schema: { type: 'object' as const },
}));
const FAST = { delayMs: 5, pieceMs: 0 };

function inputOf<T>(call: Anthropic.ToolUseBlock | undefined): T {
  assert.ok(call);
  return call.input as T;
}

describe('the demo model, through the model door', () => {
  let demo: DemoProvider;
  let door: ModelDoor;
  let client: Anthropic;

  beforeEach(async () => {
    demo = await startDemoProvider(FAST);
    door = await startModelDoor({ upstream: demo.url });
    client = new Anthropic({ baseURL: door.url, apiKey: MACHINE_TOKEN, maxRetries: 0 });
  });
  afterEach(async () => {
    await door.close();
    await demo.close();
  });

  /** Asks until no tool is called any more; `results` answers each call. */
  async function converse(
    content: Anthropic.MessageParam['content'],
    results: (call: Anthropic.ToolUseBlock) => string,
  ) {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content }];
    const calls: Anthropic.ToolUseBlock[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const message = await client.messages
        .stream({ model: 'spectral-demo', max_tokens: 1000, tools: TOOLS, messages })
        .finalMessage();
      messages.push({ role: 'assistant', content: message.content });
      const used = message.content.filter((block) => block.type === 'tool_use');
      if (used.length === 0)
        return {
          calls,
          message,
          text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        };
      calls.push(...used);
      messages.push({
        role: 'user',
        content: used.map((call) => ({ type: 'tool_result', tool_use_id: call.id, content: results(call) })),
      });
    }
    throw new Error('the demo never ended');
  }

  it('lists the project, writes its file and sums up in Markdown', async () => {
    const { calls, text } = await converse('please tidy the readme', () => 'README.md\npackage.json');

    assert.deepEqual(
      calls.map(({ name }) => name),
      ['bash', 'write'],
    );
    assert.match(JSON.stringify(calls[1]?.input), /SPECTRAL_DEMO\.md.*tidy the readme/);
    assert.match(text, /Demo model: a script, no AI/);
    for (const part of [/tidy the readme/, /```bash/, /\| Tool \|/, /^1\. /m, /^- /m])
      assert.match(text, part);
  });

  it('extends the file it finds from an earlier demo', async () => {
    const { calls: first } = await converse('one', () => 'README.md');
    const { content } = inputOf<{ content: string }>(first[1]);

    const { calls } = await converse('two', (call) =>
      call.name === 'bash' ? 'SPECTRAL_DEMO.md' : call.name === 'read' ? content : 'ok',
    );

    assert.deepEqual(
      calls.map(({ name }) => name),
      ['bash', 'read', 'edit'],
    );
    const { edits } = inputOf<{ edits: { oldText: string; newText: string }[] }>(calls[2]);
    assert.equal(content.split(edits[0]?.oldText ?? '').length, 2, 'the text to replace stands once');
    assert.match(edits[0]?.newText ?? '', /two/);
  });

  it('says how many images came', async () => {
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: 'AA==' },
    };
    const message = await client.messages.create({
      model: 'spectral-demo',
      max_tokens: 10,
      messages: [{ role: 'user', content: [image, image, { type: 'text', text: 'look' }] }],
    });

    assert.match(JSON.stringify(message.content), /2 images/);
  });

  it('names and summarises conversations when asked to', async () => {
    const ask = async (system: string, content: string) => {
      const { content: blocks } = await client.messages.create({
        model: 'spectral-demo',
        max_tokens: 60,
        system,
        messages: [{ role: 'user', content }],
      });
      return blocks[0]?.type === 'text' ? blocks[0].text : '';
    };

    assert.equal(
      await ask(
        'You name conversations. Answer with a title.',
        'Person:\nfix the flaky login test please now\n\nAssistant:\nok',
      ),
      'Demo: fix the flaky login test please',
    );
    assert.equal(
      await ask('You name conversations. Answer with a title.', 'Person:\ndemo: fail 529\n\nAssistant:\nok'),
      'Demo: demo: fail 529',
    );
    assert.match(
      await ask('You are a context summarization assistant.', '[User]: demo: cut 1'),
      /## Goal[\s\S]*## Next Steps/,
    );
  });

  it('streams text of an exact size in an exact number of pieces', async () => {
    let pieces = 0;
    const stream = client.messages.stream({
      model: 'spectral-demo',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'demo: stream 11000 450 0' }],
    });
    stream.on('text', () => (pieces += 1));
    const message = await stream.finalMessage();

    assert.equal(message.content[0]?.type === 'text' && message.content[0].text.length, 11_000);
    assert.equal(pieces, 450);
  });

  it('streams a tool argument of an exact size', async () => {
    const { calls } = await converse('demo: tool-argument 100000', () => 'ok');

    assert.equal(inputOf<{ content: string }>(calls[0]).content.length, 100_000);
  });

  it('fails as told, and works again after as many tries as told', async () => {
    const ask = () =>
      client.messages.create({
        model: 'spectral-demo',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'demo: fail 529 2' }],
      });

    await assert.rejects(ask, (error) => error instanceof Anthropic.APIError && error.status === 529);
    await assert.rejects(ask, (error) => error instanceof Anthropic.APIError && error.status === 529);
    assert.match(JSON.stringify(await ask()), /works again/);
  });

  it('ends a loop at the iteration asked for', async () => {
    const prompt = (iteration: number) =>
      `demo: loop-done after 3\n\nThis is iteration ${iteration} of at most 9 of the same task`;

    assert.doesNotMatch((await converse(prompt(2), () => 'x')).text, /<LOOP_DONE>/);
    assert.match((await converse(prompt(3), () => 'x')).text, /<LOOP_DONE>/);
  });

  it('thinks aloud when asked to', async () => {
    const message = await client.messages.create({
      model: 'spectral-demo',
      max_tokens: 3000,
      tools: TOOLS,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [{ role: 'user', content: 'hi' }],
    });

    assert.deepEqual(
      message.content.map(({ type }) => type),
      ['thinking', 'text', 'tool_use'],
    );
  });

  it('counts tokens, and costs nothing, which the ledger knows', async () => {
    const counted = await client.messages.countTokens({
      model: 'spectral-demo',
      messages: [{ role: 'user', content: 'hello' }],
    });
    await converse('hi', () => 'x');

    assert.ok(counted.input_tokens > 0);
    const calls = [...door.ledger.calls.values()];
    assert.equal(calls.length, 3);
    for (const call of calls)
      assert.ok(
        'outcome' in call && call.outcome === 'ok' && call.costUsd === 0 && (call.usage?.output ?? 0) > 0,
      );
  });
});
