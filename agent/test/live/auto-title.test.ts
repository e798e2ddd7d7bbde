import { strict as assert } from 'node:assert';
import { cleanTitle, titleFor } from '../../src/live/auto-title.ts';

describe('the title of a session', () => {
  for (const [said, title] of [
    ['Fix the relay', 'Fix the relay'],
    ['  "Fix the relay."\n\nBecause …', 'Fix the relay'],
    ['**Fix** the relay', 'Fix** the relay'],
    ['\n \n', null],
    ['x'.repeat(200), `${'x'.repeat(79)}…`],
  ] as const) {
    it(`is ${JSON.stringify(title?.slice(0, 20) ?? null)} when the model says ${JSON.stringify(said.slice(0, 24))}`, () => {
      assert.equal(cleanTitle(said), title);
    });
  }

  it('is none when the model fails', async () => {
    const driver = { complete: () => Promise.reject(new Error('no')) };

    assert.equal(await titleFor(driver, { modelId: 'm', prompt: 'p', answer: 'a' }), null);
  });
});
