import assert from 'node:assert/strict';
import { createGatewayFetch } from '../../../src/drivers/pi/gateway-fetch.ts';

function fetchAnswering(answer: (init: RequestInit) => Promise<Response>, silenceMs = 1000): typeof fetch {
  return createGatewayFetch({
    gatewayUrl: 'https://gateway.example/x',
    api: 'anthropic-messages',
    silenceMs,
    fetch: (_input, init) => answer(init ?? {}),
  });
}

describe('the fetch pi is given', () => {
  it('goes to the gateway only', async () => {
    let asked = 0;
    const gatewayFetch = fetchAnswering(async () => (asked++, new Response('ok')));

    assert.equal(await (await gatewayFetch('https://gateway.example/v1/messages')).text(), 'ok');
    for (const url of [
      'https://api.anthropic.com/v1/messages',
      'http://gateway.example/v1',
      'https://gateway.example:444/',
    ]) {
      await assert.rejects(gatewayFetch(url), /reached through https:\/\/gateway\.example only/);
    }
    assert.equal(asked, 1);
  });

  it('lets a refused request be repeated silently only where the gateway named the moment', async () => {
    const headerOf = async (status: number, headers: Record<string, string>): Promise<string | null> => {
      const response = await fetchAnswering(async () => new Response('no', { status, headers }))(
        'https://gateway.example/',
      );
      assert.equal(await response.text(), 'no');
      return response.headers.get('x-should-retry');
    };

    assert.equal(await headerOf(429, { 'retry-after': '1' }), null);
    assert.equal(await headerOf(429, {}), 'false');
    assert.equal(await headerOf(500, { 'retry-after': '1' }), 'false');
    assert.equal(await headerOf(503, { 'x-should-retry': 'true' }), 'true');
  });

  it('answers silence before the first byte itself', async () => {
    const silent = (init: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) =>
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      );

    const response = await fetchAnswering(silent, 20)('https://gateway.example/');

    assert.equal(response.status, 408);
    assert.match(await response.text(), /sent nothing/);
  });

  it('gives up when its caller does', async () => {
    const caller = new AbortController();
    const silent = (init: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) =>
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      );
    const pending = fetchAnswering(silent)('https://gateway.example/', { signal: caller.signal });

    caller.abort(new Error('enough'));

    await assert.rejects(pending, /enough/);
  });
});
