import assert from 'node:assert/strict';
import { environmentForCommands, namesProviderAccount } from '../../../src/drivers/pi/secret-environment.ts';

describe("a command's environment", () => {
  it('has what a shell needs', () => {
    const env = {
      PATH: '/bin',
      HOME: '/h',
      LANG: 'C',
      TERM: 'xterm',
      SSH_AUTH_SOCK: '/s',
      EDITOR: 'vi',
      HTTPS_PROXY: 'http://proxy:8080',
      KEYBOARD: 'de',
      PWD: '/h',
      MONKEY: 'a',
    };

    assert.deepEqual(environmentForCommands(env), env);
  });

  it('has no secret, no provider account and none of our settings', () => {
    const names = [
      'OPENAI_API_KEY',
      'ANTHROPIC_BASE_URL',
      'AWS_PROFILE',
      'AWS_SECRET_ACCESS_KEY',
      'GITHUB_TOKEN',
      'NPM_TOKEN',
      'DB_PASSWORD',
      'MY_SECRET',
      'SECRET',
      'COOKIE',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'api_key',
      'SPECTRAL_CONFIG_DIR',
      'PI_OFFLINE',
      'NODE_OPTIONS',
      'npm_config_registry',
      'MACHINE_TOKEN',
    ];

    assert.deepEqual(environmentForCommands(Object.fromEntries(names.map((name) => [name, 'x']))), {});
  });

  it('has no address with a password in it', () => {
    const env = {
      STORE: 'postgres://u:p@h/d',
      QUEUE: 'redis://:p@h',
      PAGE: 'https://host:8080/a@b',
      MAIL: 'someone@example.com',
    };

    assert.deepEqual(Object.keys(environmentForCommands(env)), ['PAGE', 'MAIL']);
  });
});

describe('a provider account in the environment', () => {
  it('is known by its name', () => {
    for (const name of ['ANTHROPIC_API_KEY', 'AWS_PROFILE', 'OPENROUTER_API_KEY'])
      assert.ok(namesProviderAccount(name));
    for (const name of ['PATH', 'GITHUB_TOKEN', 'AWSOME']) assert.ok(!namesProviderAccount(name));
  });
});
