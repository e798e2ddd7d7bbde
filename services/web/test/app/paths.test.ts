import assert from 'node:assert/strict';
import { loginPathFor, nextPath } from '../../src/app/paths.ts';

describe('addresses', () => {
  it('the login page brings one back, query included', () => {
    const login = loginPathFor({ pathname: '/cli-auth', search: '?port=1&state=s' });

    assert.equal(nextPath(login.slice(login.indexOf('?'))), '/cli-auth?port=1&state=s');
  });

  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
  ]) {
    it(`login never leads to ${JSON.stringify(next)}`, () => {
      assert.equal(nextPath(`?next=${encodeURIComponent(next)}`), '/');
    });
  }
});
