import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { BadBody } from '../../src/inference/json-places.ts';
import { scanBody, withModel } from '../../src/inference/scan-body.ts';

const scan = (text: string) => scanBody(Buffer.from(text));
const refuses = (text: string, message: RegExp) =>
  assert.throws(
    () => scan(text),
    (error) => error instanceof BadBody && message.test(error.message),
  );

describe('scanning a request body', () => {
  it('finds the model and the stream flag wherever they stand', () => {
    const found = scan(
      ' {"messages":[{"role":"user","content":"a \\"model\\": \\"x\\" {["}], "stream" : true ,\n"model":"m/1"}\n',
    );

    assert.equal(found.model, 'm/1');
    assert.equal(found.stream, true);
    assert.deepEqual(found.otherModels, []);
  });

  it('is not misled by a model inside messages, tools or metadata', () => {
    const found = scan(
      '{"metadata":{"model":"a"},"messages":[{"model":"b","content":[{"model":"c"}]}],' +
        '"tools":[{"name":"t","input_schema":{"properties":{"model":{"type":"string"}}}}],"model":"real"}',
    );

    assert.equal(found.model, 'real');
    assert.deepEqual(found.otherModels, []);
  });

  it('finds every other model a request may name', () => {
    const found = scan(
      JSON.stringify({
        model: 'a',
        fallbacks: [{ model: 'b' }, 'c'],
        models: ['d'],
        tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'e' }, { name: 'read' }],
        plugins: [{ id: 'web' }, { id: 'fusion', model: 'f', models: ['g'] }],
        providerOptions: { gateway: { models: ['h'] }, other: {} },
        route: 'fallback',
      }),
    );

    assert.deepEqual([...found.otherModels].sort(), ['b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });

  it('refuses keys that parsers read differently', () => {
    refuses('{"model":"a","model":"b"}', /stands twice/);
    refuses('{"model":"a","\\u006dodel":"b"}', /plainly/);
    refuses('{"Model":"a","model":"b"}', /plainly/);
    refuses('{"model":"a","fallbacks":[],"fallbacks":[]}', /stands twice/);
    refuses('{"model":"a","tools":[{"\\u006dodel":"b"}]}', /plainly/);
  });

  it('refuses choices of a model it cannot see', () => {
    refuses('{"model":"a","preset":"cheap"}', /preset/);
    refuses('{"model":"a","route":"auto"}', /route/);
    refuses('{"model":"a","fallbacks":"default"}', /list/);
    refuses('{"model":"a","models":[1]}', /models/);
  });

  it('refuses what is no JSON object with a model', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{}',
      '{"model":1}',
      '{"model":""}',
      '{"model":"a"',
      '{"model":"a"}x',
      '{"model":"a",}',
      '{"a":[}],"model":"a"}',
      '{"model" "a"}',
      "{'model':'a'}",
      '\ufeff{"model":"a"}',
    ]) {
      assert.throws(() => scan(text), BadBody, text);
    }
  });

  it('refuses a model name that is not UTF-8, and UTF-16 bodies', () => {
    assert.throws(() => scanBody(Buffer.from('{"model":"a\xff"}', 'latin1')), BadBody);
    assert.throws(() => scanBody(Buffer.from('{"model":"a"}', 'utf16le')), BadBody);
  });

  it('takes invalid UTF-8 and deep nesting elsewhere as it comes', () => {
    const deep = Buffer.concat([
      Buffer.from('{"x":"\xff","d":', 'latin1'),
      Buffer.from('['.repeat(200_000) + ']'.repeat(200_000) + ',"model":"a"}'),
    ]);

    assert.equal(scanBody(deep).model, 'a');
  });

  it('agrees with JSON.parse on any JSON object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string({ minLength: 1 }),
        (others, model) => {
          const watched = /^(model|stream|tools|fallbacks|models|plugins|preset|route|providerOptions)$/i;
          const body = Object.fromEntries(Object.entries(others).filter(([key]) => !watched.test(key)));

          assert.equal(scan(JSON.stringify({ ...body, model, stream: true })).model, model);
        },
      ),
    );
  });

  it('puts another name in place and leaves every other byte', () => {
    const body = Buffer.from('{"a":1.0,\t"model": "team/alias" , "b":"\\u00e9"}');

    const spliced = withModel(body, scanBody(body).modelRange, 'real');

    assert.equal(spliced.toString(), '{"a":1.0,\t"model": "real" , "b":"\\u00e9"}');
  });

  it('scans 32 MB in well under a second', function () {
    this.timeout(5000);
    const text = 'const a = "x\\n";'.repeat(2_000_000);
    const body = Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: text }], model: 'a' }));
    const begun = performance.now();

    assert.equal(scanBody(body).model, 'a');
    assert.ok(performance.now() - begun < 1500);
  });
});
