import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { assertSameOrigin } from '../../src/callers/index.ts';

const publicUrl = 'https://spectral.example.com';
const own = {
  'x-spectral-csrf': '1',
  origin: publicUrl,
  'sec-fetch-site': 'same-origin',
  host: 'spectral.example.com',
};
const refused = { code: 'csrf-refused' };

describe('requests of the page itself', () => {
  it('may change things', () => {
    assertSameOrigin({ method: 'POST', headers: own }, publicUrl);
    assertSameOrigin({ method: 'DELETE', headers: { 'x-spectral-csrf': '1' } }, publicUrl);
    const atHome = { 'x-spectral-csrf': '1', origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' };
    assertSameOrigin({ method: 'PATCH', headers: atHome }, 'http://localhost:8080');
  });

  it('reading needs no proof', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      assertSameOrigin({ method, headers: { origin: 'https://evil.example' } }, publicUrl);
  });

  it('each sign of another site is enough to refuse', () => {
    for (const wrong of [
      { 'x-spectral-csrf': undefined },
      { 'x-spectral-csrf': 'true' },
      { origin: 'https://evil.example' },
      { origin: 'http://spectral.example.com.evil.example' },
      { origin: 'https://spectral.example.com:8443' },
      { origin: 'http://spectral.example.com' },
      { origin: 'null' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      assert.throws(
        () => assertSameOrigin({ method: 'POST', headers: { ...own, ...wrong } }, publicUrl),
        refused,
        JSON.stringify(wrong),
      );
    }
  });
});
