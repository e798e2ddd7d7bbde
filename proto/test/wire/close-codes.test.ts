import assert from 'node:assert/strict';
import { CLOSE, closeReasonOf } from '../../wire/index.ts';

describe('close codes', () => {
  it('gives every number one meaning', () => {
    const codes = Object.values(CLOSE).map(({ code }) => code);

    assert.deepEqual([...new Set(codes)], codes);
  });

  it('finds the meaning of a number, and none of a number that is not ours', () => {
    assert.equal(closeReasonOf(4001), CLOSE.machineRevoked);
    assert.equal(closeReasonOf(1006), null);
  });

  it('uses numbers a WebSocket application may send', () => {
    for (const { code } of Object.values(CLOSE))
      assert.ok(code === 1000 || (code >= 4000 && code <= 4999), `${code}`);
  });

  it('fits its reasons into a close frame', () => {
    for (const { reason } of Object.values(CLOSE)) assert.ok(Buffer.byteLength(reason) <= 123);
  });
});
