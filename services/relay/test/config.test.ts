import assert from 'node:assert/strict';
import { ConfigError } from '@spectral/common';
import { readRelayConfig } from '../src/config.ts';
import { DEFAULT_SETTINGS } from '../src/settings.ts';

const NEEDED = {
  SPECTRAL_GATEWAY_URL: 'http://gateway:8080/',
  SPECTRAL_SERVICE_SECRET: 'sixteen characters',
};

describe('settings of the relay', () => {
  it('need a gateway and a secret, and have a default for everything else', () => {
    const config = readRelayConfig(NEEDED);

    assert.equal(config.gatewayUrl, 'http://gateway:8080');
    assert.equal(config.port, 8081);
    assert.equal(config.redisUrl, null);
    assert.equal(config.operatorSecret, null);
    assert.equal(config.drainSpreadMs, 8_000);
    assert.deepEqual(config.reader, DEFAULT_SETTINGS.reader);
    assert.ok(Object.isFrozen(config));
  });

  it('are read from the environment', () => {
    const config = readRelayConfig({
      ...NEEDED,
      REDIS_URL: 'rediss://user:secret@redis:6380',
      SPECTRAL_ALLOWED_ORIGINS: 'https://a.example, https://b.example:8443',
      SPECTRAL_BROWSER_FRAMES_PER_SECOND: '7',
      SPECTRAL_MACHINE_FRAMES_PER_SECOND: '9',
      SPECTRAL_USER_BYTES_PER_SECOND: '80000',
      SPECTRAL_BROWSERS_PER_TEAM: '4',
      SPECTRAL_TEAM_BYTES_PER_SECOND: '70000',
      SPECTRAL_MACHINES_PER_TEAM: '3',
      SPECTRAL_OPERATOR_SECRET: 'also-sixteen-chars',
    });

    assert.equal(config.redisUrl, 'rediss://user:secret@redis:6380');
    assert.deepEqual(config.allowedOrigins, ['https://a.example', 'https://b.example:8443']);
    assert.equal(config.browserRate.framesPerSecond, 7);
    assert.equal(config.operatorSecret, 'also-sixteen-chars');
    assert.equal(config.userRate.framesPerSecond, 28, 'four connections of a person');
    assert.equal(config.teamRate.bytesPerSecond, 70_000);
    assert.equal(config.machinesPerTeam, 3);
    assert.equal(config.browsersPerTeam, 4);
    assert.equal(config.machineRate.framesPerSecond, 9);
    assert.equal(config.userRate.bytesPerSecond, 80_000);
  });

  it('that are wrong are all named at once', () => {
    const wrong = {
      SPECTRAL_SERVICE_SECRET: 'short',
      SPECTRAL_OPERATOR_SECRET: 'too short',
      SPECTRAL_PORT: '70000',
      SPECTRAL_ALLOWED_ORIGINS: 'example.com',
      SPECTRAL_DRAIN_SPREAD_MS: '-1',
    };

    assert.throws(
      () => readRelayConfig(wrong),
      (error: unknown) =>
        error instanceof ConfigError &&
        ['SPECTRAL_GATEWAY_URL', ...Object.keys(wrong)].every((name) => error.message.includes(name)),
    );
  });
});
