import { strict as assert } from 'node:assert';
import { readEnvironment } from '../../src/settings/env.ts';

describe('the environment', () => {
  it('has a default for everything', () => {
    assert.deepEqual(readEnvironment({}, '/home/ada'), {
      configDir: '/home/ada/.spectral',
      mcpUrl: null,
      backendUrl: null,
      relayUrl: null,
      driver: 'pi',
      enrolmentTokenFile: null,
    });
  });

  it('moves the config directory, also to a path that begins with ~', () => {
    assert.equal(readEnvironment({ SPECTRAL_CONFIG_DIR: '/srv/x' }, '/home/ada').configDir, '/srv/x');
    assert.equal(readEnvironment({ SPECTRAL_CONFIG_DIR: '~/y' }, '/home/ada').configDir, '/home/ada/y');
  });

  it('reports every fault at once, with the variable, its value and what was expected', () => {
    const env = { SPECTRAL_MCP_URL: 'nonsense', SPECTRAL_RELAY_URL: 'http://x', SPECTRAL_DRIVER: 'robot' };

    assert.throws(
      () => readEnvironment(env, '/'),
      (error: Error) => {
        for (const part of [
          'SPECTRAL_MCP_URL is "nonsense"',
          'SPECTRAL_RELAY_URL is "http://x"',
          'ws:// or wss://',
          'SPECTRAL_DRIVER is "robot"',
        ]) {
          assert.ok(error.message.includes(part), part);
        }
        return true;
      },
    );
  });
});
