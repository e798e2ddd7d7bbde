import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CannotOpen, createSealer } from '../../src/secrets/index.ts';

describe('sealed secrets', () => {
  const sealer = createSealer(Buffer.alloc(32, 1));

  it('open with the key and the name they were sealed with', () => {
    const sealed = sealer.seal('sk-provider-käse', 'user-model:1');

    assert.ok(!sealed.includes('sk-provider'));
    assert.notEqual(sealed, sealer.seal('sk-provider-käse', 'user-model:1'));
    assert.equal(sealer.open(sealed, 'user-model:1'), 'sk-provider-käse');
  });

  it('do not open for another name, so a row’s secret cannot be moved to another', () => {
    assert.throws(() => sealer.open(sealer.seal('s', 'user-model:1'), 'user-model:2'), CannotOpen);
  });

  it('do not open with another key, and the message names the setting', () => {
    const sealed = createSealer(Buffer.alloc(32, 2)).seal('s', 'n');

    assert.throws(() => sealer.open(sealed, 'n'), /SPECTRAL_MASTER_KEY/);
  });

  it('do not open when any byte was changed, or cut', () => {
    const sealed = sealer.seal('secret', 'n');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');

    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => sealer.open(`v1.${changed.toString('base64url')}`, 'n'), CannotOpen, `byte ${at}`);
    }
    for (const wrong of ['', 'v1.', 'v1.AAAA', 'v2' + sealed.slice(2)])
      assert.throws(() => sealer.open(wrong, 'n'), CannotOpen);
  });
});
