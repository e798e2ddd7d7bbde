import assert from 'node:assert/strict';
import { createJsonTap, createStreamTap, type Dialect } from '../../src/usage/tap.ts';

const event = (data: unknown) =>
  `event: ${(data as { type: string }).type}\ndata: ${JSON.stringify(data)}\n\n`;
const chunk = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

const ANTHROPIC = [
  {
    type: 'message_start',
    message: {
      id: 'm',
      model: 'claude-x-20260101',
      role: 'assistant',
      content: [],
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 7,
        cache_read_input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 },
        output_tokens: 1,
        service_tier: 'standard',
      },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'say "usage":{"input_tokens":999} é' },
  },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 42, input_tokens: null, cache_read_input_tokens: 6 },
  },
  { type: 'message_stop' },
]
  .map(event)
  .join('');

const OPENAI = [
  chunk({
    id: 'c',
    model: 'gpt-x',
    choices: [{ index: 0, delta: { role: 'assistant', content: '' } }],
    usage: null,
  }),
  chunk({
    id: 'c',
    model: 'gpt-x',
    choices: [{ index: 0, delta: { content: 'the "usage":{"prompt_tokens":1}' } }],
    usage: null,
  }),
  chunk({
    id: 'c',
    model: 'gpt-x',
    choices: [],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    },
  }),
  'data: [DONE]\n\n',
].join('');

function tapped(dialect: Dialect, pieces: readonly Buffer[]) {
  const tap = createStreamTap(dialect);
  const ends = pieces.map((piece) => tap.push(piece));
  return {
    usage: tap.usage(),
    ends: ends.filter(Boolean).length,
    lastEnds: ends.at(-1),
    clean: tap.betweenEvents(),
    tap,
  };
}

describe('the usage tap', () => {
  it('reads cumulative Messages usage, split at every byte', () => {
    const bytes = Buffer.from(ANTHROPIC);
    for (let at = 0; at <= bytes.length; at += 1) {
      const { usage, ends, clean } = tapped('anthropic', [bytes.subarray(0, at), bytes.subarray(at)]);

      assert.deepEqual(
        usage,
        {
          input: 10,
          output: 42,
          cacheRead: 6,
          cacheWrite: 4,
          cacheWrite1h: 3,
          servedModel: 'claude-x-20260101',
          webSearches: 0,
          others: [],
          specialRate: false,
        },
        `split at ${at}`,
      );
      assert.equal(ends, 1);
      assert.equal(clean, true);
    }
  });

  it('reads Chat Completions usage, split at every byte', () => {
    const bytes = Buffer.from(OPENAI);
    for (let at = 0; at <= bytes.length; at += 1) {
      const { usage, ends } = tapped('openai', [bytes.subarray(0, at), bytes.subarray(at)]);

      assert.equal(usage?.input, 30, `split at ${at}`);
      assert.equal(usage?.output, 9);
      assert.equal(usage?.cacheRead, 60);
      assert.equal(usage?.cacheWrite, 10);
      assert.equal(usage?.servedModel, 'gpt-x');
      assert.equal(ends, 1);
    }
  });

  it('reads byte by byte, and lines that end in CRLF or CR', () => {
    for (const text of [ANTHROPIC, ANTHROPIC.replaceAll('\n', '\r\n'), ANTHROPIC.replaceAll('\n', '\r')]) {
      const { usage, ends } = tapped(
        'anthropic',
        [...Buffer.from(text)].map((byte) => Buffer.from([byte])),
      );

      assert.equal(usage?.output, 42);
      assert.equal(ends, 1);
    }
  });

  it('says whether the bytes so far end between two events', () => {
    assert.equal(tapped('anthropic', [Buffer.from('event: ping\ndata: {"type":"ping"}\n')]).clean, false);
    assert.equal(tapped('anthropic', [Buffer.from('event: ping\ndata: {"ty')]).clean, false);
    assert.equal(tapped('anthropic', [Buffer.from('event: ping\ndata: {"type":"ping"}\n\n')]).clean, true);
  });

  it('estimates the output of a stream that broke off from its characters', () => {
    const delta = (text: string) =>
      Buffer.from(event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }));
    const { tap, usage } = tapped('anthropic', [delta('x'.repeat(40)), delta('y'.repeat(40))]);

    assert.equal(tap.estimatedOutput(), 20);
    assert.equal(usage, null);
    assert.equal(
      tapped('openai', [
        Buffer.from(chunk({ choices: [{ delta: { content: 'z'.repeat(80) }, finish_reason: null }] })),
      ]).tap.estimatedOutput(),
      20,
    );
  });

  it("notices the provider's own error event", () => {
    const failed = (dialect: Dialect, text: string) => tapped(dialect, [Buffer.from(text)]).tap.failed();

    assert.equal(
      failed('anthropic', event({ type: 'error', error: { type: 'overloaded_error', message: 'x' } })),
      true,
    );
    assert.equal(failed('openai', chunk({ error: { message: 'x' } })), true);
    assert.equal(failed('anthropic', ANTHROPIC), false);
    assert.equal(failed('openai', OPENAI), false);
  });

  it('passes over a line of many megabytes', () => {
    const tap = createStreamTap('anthropic');
    tap.push(Buffer.from('data: {"type":"content_block_delta","delta":{"partial_json":"'));
    for (let i = 0; i < 40; i += 1) tap.push(Buffer.alloc(100_000, 'a'));
    tap.push(Buffer.from('"}}\n\n' + ANTHROPIC));

    assert.equal(tap.usage()?.output, 42);
  });

  it('reads a whole answer in either dialect', () => {
    const anthropic = createJsonTap('anthropic');
    anthropic.push(
      Buffer.from(
        '{"type":"message","model":"m","content":[{"type":"tool_use","input":{"usage":{"output_tokens":7}}}],',
      ),
    );
    anthropic.push(Buffer.from('"usage":{"input_tokens":3,"output_tokens":4}}'));
    const openai = createJsonTap('openai');
    openai.push(
      Buffer.from(
        '{"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"prompt_cache_hit_tokens":1}}',
      ),
    );

    assert.deepEqual([anthropic.usage()?.input, anthropic.usage()?.output], [3, 4]);
    assert.deepEqual([openai.usage()?.input, openai.usage()?.cacheRead, openai.usage()?.output], [2, 1, 4]);
  });
});
