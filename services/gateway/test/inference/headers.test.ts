import assert from 'node:assert/strict';
import { callerHeaders, upstreamHeaders } from '../../src/inference/headers.ts';

const upstream = (...raw: string[]) => upstreamHeaders(raw, { header: 'x-api-key', key: 'K' });

describe('headers for the upstream', () => {
  it('pass when nothing speaks against them, names in lower case, repeated ones repeated', () => {
    assert.deepEqual(upstream('Anthropic-Beta', 'a', 'X-New', '1', 'X-New', '2'), [
      'anthropic-beta',
      'a',
      'x-new',
      '1',
      'x-new',
      '2',
      'accept-encoding',
      'identity',
      'x-api-key',
      'K',
    ]);
  });

  it('leave out whoever the caller is, and what belongs to its connection', () => {
    for (const name of [
      'Authorization',
      'X-Api-Key',
      'Cookie',
      'Host',
      'Content-Length',
      'Transfer-Encoding',
      'Expect',
      'TE',
      'Proxy-Authorization',
      'X-Forwarded-For',
      'Forwarded',
      'OpenAI-Project',
      'cf-aig-authorization',
      'X-Spectral-Anything',
    ]) {
      assert.deepEqual(upstream(name, 'v'), ['accept-encoding', 'identity', 'x-api-key', 'K'], name);
    }
    assert.deepEqual(upstream('Connection', 'keep-alive, X-Mine', 'x-mine', 'v'), [
      'accept-encoding',
      'identity',
      'x-api-key',
      'K',
    ]);
  });

  it('carry the credential in the form the upstream wants, or none', () => {
    assert.deepEqual(upstreamHeaders([], { header: 'authorization', key: 'K' }), [
      'accept-encoding',
      'identity',
      'authorization',
      'Bearer K',
    ]);
    assert.deepEqual(upstreamHeaders([], { header: 'authorization', key: null }), [
      'accept-encoding',
      'identity',
    ]);
  });
});

describe('headers for the caller', () => {
  it('keep limits, retry hints and request ids; leave out cookies and the upstream’s own affairs', () => {
    const headers = callerHeaders(
      {
        'retry-after': '3',
        'x-should-retry': 'true',
        'x-ratelimit-remaining-tokens': '5',
        'x-request-id': 'theirs',
        'set-cookie': ['a=1'],
        connection: 'close, x-hop',
        'x-hop': '1',
        'cf-ray': 'x',
        server: 's',
        'alt-svc': 'h3',
      },
      'ours',
    );

    assert.deepEqual(headers, {
      'retry-after': '3',
      'x-should-retry': 'true',
      'x-ratelimit-remaining-tokens': '5',
      'x-request-id': 'theirs',
      'x-spectral-request-id': 'ours',
    });
  });

  it('give a request id when the upstream gave none, and keep proxies from holding a stream back', () => {
    assert.equal(callerHeaders({}, 'ours')['request-id'], 'ours');
    assert.deepEqual(
      callerHeaders(
        { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'request-id': 'r' },
        'ours',
      ),
      {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'request-id': 'r',
        'x-spectral-request-id': 'ours',
        'x-accel-buffering': 'no',
      },
    );
  });
});
