import assert from 'node:assert/strict';
import fc from 'fast-check';
import { modelApi, type ModelApi } from '@spectral/proto/wire';
import { createArgumentFilter } from '../../../src/drivers/pi/argument-merging.ts';
import { anthropicPieces, openAiPieces } from '../../support/upstream-dialects.ts';
import type { Step } from '../../support/upstream-script.ts';

function streamOf(api: ModelApi, step: Step): string {
  const pieces = api === 'anthropic-messages' ? anthropicPieces(step, 'm') : openAiPieces(step, 'm');
  return pieces.map((piece) => piece.text).join('');
}

/** The filtered stream, fed in pieces of `size` characters. */
function filtered(api: ModelApi, text: string, size = text.length): string {
  const filter = createArgumentFilter(api);
  let out = '';
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    out += filter.passes(Buffer.from(piece)) ? piece : filter.take(piece);
  }
  return out + filter.end();
}

/** What a reader makes of a stream: texts and arguments, each joined per block or call. */
function meaning(stream: string): Record<string, string> {
  const meant: Record<string, string> = {};
  const add = (name: string, text: string): void => void (meant[name] = (meant[name] ?? '') + text);
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const data = JSON.parse(line.slice(6));
    if (data.delta)
      add(
        `${data.index} ${data.delta.type}`,
        data.delta.text ?? data.delta.partial_json ?? data.delta.thinking ?? '',
      );
    for (const choice of data.choices ?? []) {
      add('content', choice.delta.content ?? '');
      for (const call of choice.delta.tool_calls ?? []) add(`call ${call.index}`, call.function.arguments);
    }
  }
  return meant;
}

const TWO_TOOLS: Step = {
  thinking: 'let me see',
  text: 'I write two files',
  chunk: 3,
  tools: [
    { name: 'write', args: { path: 'a', content: 'ünï\n"cøde" 🙂'.repeat(20) } },
    { name: 'write', args: { path: 'b', content: '' } },
  ],
};

describe('gathering of tool arguments', () => {
  for (const api of modelApi.options) {
    it(`makes one piece of each call's arguments and leaves their meaning, over ${api}`, () => {
      const stream = streamOf(api, TWO_TOOLS);
      const out = filtered(api, stream);

      assert.deepEqual(meaning(out), meaning(stream));
      const pieces = out.split('\n').filter((line) => /partial_json|"arguments":"[^"]/.test(line));
      assert.equal(pieces.length, 2);
    });

    it(`passes a stream without tools byte for byte, however it is cut, over ${api}`, () => {
      const stream = streamOf(api, { thinking: 'hm', text: 'plain words 🙂', chunk: 2 });

      for (const size of [1, 2, 7, 100]) assert.equal(filtered(api, stream, size), stream);
    });

    it(`means the same however the network cuts it, over ${api}`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 400 }),
          fc.array(fc.json(), { maxLength: 3 }),
          fc.integer({ min: 1, max: 9 }),
          (size, values, chunk) => {
            const stream = streamOf(api, {
              text: 'go',
              chunk,
              tools: values.map((json) => ({ name: 't', args: null, json })),
            });
            assert.deepEqual(meaning(filtered(api, stream, size)), meaning(stream));
          },
        ),
        { numRuns: 100 },
      );
    });

    it(`gives what it holds when the stream is torn off, over ${api}`, () => {
      const whole = streamOf(api, { tools: [{ name: 'write', args: { path: 'abcdefghij' } }], chunk: 4 });
      const events = whole.split('\n\n');
      const torn = `${events.slice(0, 5).join('\n\n')}\n\n`;

      assert.deepEqual(meaning(filtered(api, torn)), meaning(torn));
    });

    it(`passes events it cannot read, over ${api}`, () => {
      const odd =
        'event: content_block_delta\ndata: {"input_json_delta" oops "tool_calls"\n\n: a comment\n\nevent: error\ndata: {"type":"error"}\n\n';

      assert.equal(filtered(api, odd), odd);
    });
  }

  it('reads no text that cannot hold arguments, and none while arguments are held', () => {
    const filter = createArgumentFilter('anthropic-messages');
    const passes = (text: string): boolean => filter.passes(Buffer.from(text));

    assert.ok(passes('data: {"type":"text_delta"}\n\n'));
    assert.ok(!passes('data: {"type":"text_delta"}\n'), 'the event is not whole');
    assert.ok(!passes('data: {"type":"input_json_delta"}\n\n'));

    filter.take('data: half');
    assert.ok(!passes('data: {}\n\n'), 'an event has begun');
    filter.take('\n\n');
    assert.ok(passes('data: {}\n\n'));

    filter.take(
      'data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}\n\n',
    );
    assert.ok(!passes('data: {}\n\n'), 'arguments are held');
  });

  it('lets arguments wait over a ping', () => {
    const delta = (json: string): string =>
      `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: json } })}\n\n`;
    const ping = 'event: ping\ndata: {"type":"ping"}\n\n';

    assert.equal(
      filtered('anthropic-messages', delta('{"a"') + ping + delta(':1}')),
      ping + delta('{"a":1}'),
    );
  });
});
