import assert from 'node:assert/strict';
import { readFailure } from '../../../src/drivers/pi/failure.ts';
import { ModelStalled } from '../../../src/drivers/pi/watched-body.ts';

describe("a provider's failure", () => {
  const cases: [string | undefined, string, RegExp][] = [
    [
      '401 {"type":"error","error":{"type":"authentication_error","message":"invalid token"}}',
      'machine-token-rejected',
      /\(invalid token\)$/,
    ],
    ['403 {"error":{"message":"not granted"}}', 'model-not-granted', /Choose another/],
    ['429 Too many', 'rate-limited', /\(Too many\)$/],
    ['529 {"type":"error"}', 'provider-unavailable', /answered 529/],
    ['400: "odd"', 'provider-refused', /400/],
    ['terminated', 'provider-failed', /\(terminated\)$/],
    [
      `408 {"type":"error","error":{"message":${JSON.stringify(new ModelStalled(180_000).message)}}}`,
      'model-stalled',
      /^The model sent nothing for 180 s/,
    ],
    [new ModelStalled(2000).message, 'model-stalled', /^The model sent nothing for 2 s/],
    [undefined, 'provider-failed', /failed\. Send the prompt again\.$/],
    ['500 {"broken', 'provider-unavailable', /\{"broken/],
  ];
  for (const [text, code, message] of cases) {
    it(`is ${code} for ${text?.slice(0, 40) ?? 'nothing said'}`, () => {
      const failure = readFailure(text);

      assert.equal(failure.code, code);
      assert.match(failure.message, message);
    });
  }

  it('is at most a few hundred characters long', () => {
    assert.ok(readFailure(`500 ${'x'.repeat(10_000)}`).message.length < 700);
  });
});
