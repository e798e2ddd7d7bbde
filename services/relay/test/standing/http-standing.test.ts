import assert from 'node:assert/strict';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { SERVICE_SECRET, startFakeGateway } from '../support/fake-gateway.ts';
import { createIdentity } from '../support/identity.ts';
import { askStandingOverHttp } from '../../src/standing/http-standing.ts';

const QUESTION = { machines: [{ machineId: 'm', registration: 1, keyId: null }], people: [] };

describe('standing over HTTP', () => {
  cleanUpAfterEach();

  it('asks the gateway with the service secret', async () => {
    const identity = await createIdentity();
    identity.fallen.set('m', 'revoked');
    const gatewayUrl = await startFakeGateway(identity);
    const ask = askStandingOverHttp({ gatewayUrl, serviceSecret: SERVICE_SECRET, timeoutMs: 2000, fetch });

    assert.deepEqual(await ask(QUESTION), { machines: [{ reason: 'revoked' }], people: [] });
  });

  const failures: [string, typeof fetch][] = [
    ['a wrong status', async () => new Response('{}', { status: 500 })],
    ['an answer of another shape', async () => new Response('{"machines":[1],"people":[]}')],
    ['no connection', async () => Promise.reject(new TypeError('fetch failed'))],
    [
      'no answer in time',
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    ],
  ];
  for (const [what, failing] of failures) {
    it(`${what} is "unavailable", never "stands"`, async () => {
      const options = { gatewayUrl: 'http://gateway', serviceSecret: 's', timeoutMs: 50, fetch: failing };

      await assert.rejects(askStandingOverHttp(options)(QUESTION), { code: 'unavailable' });
    });
  }
});
