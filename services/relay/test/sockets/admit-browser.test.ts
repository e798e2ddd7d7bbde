import assert from 'node:assert/strict';
import { originAllowed } from '../../src/sockets/admit-browser.ts';

describe('origins of pages', () => {
  const host = 'relay.example.com:8443';

  it('the own host, whatever the scheme, and no origin at all may connect', () => {
    assert.ok(originAllowed({ origin: 'https://relay.example.com:8443', host }, []));
    assert.ok(originAllowed({ origin: 'http://relay.example.com:8443', host }, []));
    assert.ok(originAllowed({ host }, []));
  });

  it('another host, port, or no origin in earnest may not', () => {
    for (const origin of [
      'https://relay.example.com',
      'https://evil.example.com:8443',
      'null',
      '',
      'file://',
    ]) {
      assert.equal(originAllowed({ origin, host }, ['https://app.example.com']), false, origin);
    }
  });

  it('allowed ones may, exactly as they are written, or any at all', () => {
    assert.ok(originAllowed({ origin: 'https://app.example.com', host }, ['https://app.example.com']));
    assert.equal(
      originAllowed({ origin: 'https://app.example.com.evil', host }, ['https://app.example.com']),
      false,
    );
    assert.ok(originAllowed({ origin: 'https://anything', host }, ['*']));
  });
});
