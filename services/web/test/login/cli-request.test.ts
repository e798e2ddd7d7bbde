import assert from 'node:assert/strict';
import { readCliRequest } from '../../src/login/cli-request.ts';

describe('request of a command line', () => {
  it('is read from the address', () => {
    assert.deepEqual(readCliRequest('?port=4000&state=s&challenge=c&host=staging-01'), {
      port: 4000,
      state: 's',
      challenge: 'c',
      host: 'staging-01',
    });
  });

  for (const search of [
    '',
    '?port=0&state=s&challenge=c',
    '?port=70000&state=s&challenge=c',
    '?port=80&state=s',
    '?port=x&state=s&challenge=c',
  ]) {
    it(`${search || 'an empty address'} is no request`, () => assert.equal(readCliRequest(search), null));
  }
});
