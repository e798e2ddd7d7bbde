import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertRefused } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('the page', () => {
  let gateway: TestGateway;
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'spectral-page-'));
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Spectral</title>');
    writeFileSync(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(directory, 'assets', 'main-a1b2c3.js'), 'export {};');
    gateway = await startTestGateway({
      SPECTRAL_WEB_DIR: directory,
      SPECTRAL_RELAY_PUBLIC_URL: 'https://relay.example.com',
    });
  });
  after(async () => {
    await gateway.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is shown at every address of its own, asked for again each time', async () => {
    for (const path of ['/', '/login?code=x', '/m/6a1c7a5e/s/1', '/invite/abc', '/cli-auth?port=1']) {
      const { status, body, headers } = await gateway.stranger().get(path);
      assert.equal(status, 200, path);
      assert.match(String(body), /<title>Spectral/);
      assert.equal(headers.get('cache-control'), 'no-cache');
    }
  });

  it('its hashed assets are kept for ever, its other files asked for again', async () => {
    const asset = await gateway.stranger().get('/assets/main-a1b2c3.js');
    const icon = await gateway.stranger().get('/favicon.svg');

    assert.match(asset.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
    assert.equal(icon.headers.get('cache-control'), 'no-cache');
    assert.match(icon.headers.get('content-type') ?? '', /svg/);
  });

  it('is never the answer to a program that errs', async () => {
    for (const path of [
      '/api/nothing',
      '/v1/nothing',
      '/assets/gone-000.js',
      '/.well-known/nothing',
      '/internal/x',
    ]) {
      const { status, body } = await gateway.stranger().get(path);
      assert.equal(status, 404, path);
      assert.doesNotMatch(JSON.stringify(body), /<title>/, path);
    }
    assertRefused(await gateway.stranger().post('/login'), 404, 'not-found');
  });

  it('cannot be led out of its folder', async () => {
    for (const path of ['/assets/..%2f..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/%00']) {
      const { body } = await gateway.stranger().get(path);
      assert.doesNotMatch(JSON.stringify(body), /root:/, path);
    }
  });

  it('may speak to the gateway and the relay, run its own scripts, and be framed by nobody', async () => {
    const { headers } = await gateway.stranger().get('/');

    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /connect-src 'self' https:\/\/relay\.example\.com wss:\/\/relay\.example\.com(;|$)/);
    assert.match(policy, /img-src 'self' data: blob:/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-powered-by'), null);
  });
});
