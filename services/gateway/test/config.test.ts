import assert from 'node:assert/strict';
import { ConfigError } from '@spectral/common';
import { describe, it } from 'mocha';
import { readGatewayConfig } from '../src/config.ts';

const least = {
  DATABASE_URL: 'postgres://spectral@db/spectral',
  SPECTRAL_SERVICE_SECRET: '0123456789abcdef',
  SPECTRAL_MASTER_KEY: Buffer.alloc(32).toString('base64'),
};

describe('settings of the gateway', () => {
  it('have defaults but for three', () => {
    const config = readGatewayConfig(least);

    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 8080);
    assert.equal(config.publicUrl, 'http://localhost:8080');
    assert.equal(config.relayPublicUrl, 'http://localhost:8080');
    assert.deepEqual(config.database, { url: least.DATABASE_URL, connections: 10 });
    assert.equal(config.providers.anthropic.apiKey, null);
    assert.equal(config.demo, 'auto');
    assert.equal(config.operatorSecret, null);
    assert.ok(Object.isFrozen(config));
  });

  it('with a data directory need no database and no master key', () => {
    const config = readGatewayConfig({
      SPECTRAL_DATA_DIR: '/data',
      SPECTRAL_SERVICE_SECRET: least.SPECTRAL_SERVICE_SECRET,
    });

    assert.deepEqual(config.database, { directory: '/data/database' });
    assert.deepEqual(config.masterKey, { file: '/data/master.key', create: true });
  });

  it('are all checked before the first fault is told', () => {
    const wrong = {
      SPECTRAL_PORT: 'eighty',
      SPECTRAL_PUBLIC_URL: 'spectral.example.com',
      REDIS_URL: 'http://redis',
      SPECTRAL_SERVICE_SECRET: 'short',
      SPECTRAL_OPERATOR_SECRET: 'too short',
      SPECTRAL_MASTER_KEY: 'AAAA',
      SPECTRAL_DEMO: 'maybe',
      SPECTRAL_TRUST_PROXY: '-1',
    };

    assert.throws(
      () => readGatewayConfig(wrong),
      (error) => {
        assert.ok(error instanceof ConfigError);
        for (const name of [...Object.keys(wrong), 'DATABASE_URL'])
          assert.ok(error.message.includes(name), name);
        assert.equal(error.faults.length, Object.keys(wrong).length + 1);
        return true;
      },
    );
  });

  it('never repeat a secret in a fault', () => {
    const wrong = {
      ...least,
      SPECTRAL_SERVICE_SECRET: 'hunter2',
      SPECTRAL_MASTER_KEY: 'c2VjcmV0',
      DATABASE_URL: 'mysql://me:hunter3@db/x',
    };

    assert.throws(
      () => readGatewayConfig(wrong),
      (error) => error instanceof Error && !/hunter[23]|c2VjcmV0/.test(error.message),
    );
  });
});
