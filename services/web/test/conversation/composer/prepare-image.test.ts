import assert from 'node:assert/strict';
import { base64Of, fitted, MAX_SIDE } from '../../../src/conversation/composer/prepare-image.ts';

describe('images of a prompt', () => {
  it('a large picture is scaled so that its longer side fits', () => {
    assert.deepEqual(fitted(4000, 3000), { width: MAX_SIDE, height: 1176 });
    assert.deepEqual(fitted(300, 6000), { width: 78, height: MAX_SIDE });
  });

  it('a small one keeps its size', () => {
    assert.deepEqual(fitted(640, 480), { width: 640, height: 480 });
  });

  it('bytes become base64 whatever their number', async () => {
    const bytes = Uint8Array.from({ length: 20_001 }, (_, index) => index % 256);

    assert.equal(await base64Of(new Blob([bytes])), Buffer.from(bytes).toString('base64'));
  });
});
