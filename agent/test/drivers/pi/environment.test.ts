import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePiEnvironment } from '../../../src/drivers/pi/environment.ts';
import { useCleanUp } from '../../support/clean-up.ts';
import { newDirectory } from '../../support/pi-driver.ts';

describe("pi's environment", () => {
  const defer = useCleanUp();

  it('is its own directory, no network of its own, no provider account', () => {
    const state = newDirectory(defer, 'state');
    const env: NodeJS.ProcessEnv = { PATH: '/bin', OPENAI_API_KEY: 'x', TMPDIR: '/elsewhere' };

    const prepared = preparePiEnvironment(env, state);

    assert.deepEqual(env, {
      PATH: '/bin',
      TMPDIR: join(state, 'tmp'),
      PI_CODING_AGENT_DIR: join(state, 'pi'),
      PI_OFFLINE: '1',
      PI_SKIP_VERSION_CHECK: '1',
      PI_TELEMETRY: '0',
    });
    assert.deepEqual(prepared.commandEnvironment, { PATH: '/bin', TMPDIR: '/elsewhere' });
  });

  it('keeps temporary files where only their owner enters, and empties that place at both ends', () => {
    const state = newDirectory(defer, 'state');
    const env: NodeJS.ProcessEnv = {};
    preparePiEnvironment(env, state);
    const tmp = join(state, 'tmp');
    writeFileSync(join(tmp, 'left-by-a-crash'), '');

    const prepared = preparePiEnvironment(env, state);
    assert.deepEqual(readdirSync(tmp), []);
    assert.equal(statSync(tmp).mode & 0o777, 0o700);
    writeFileSync(join(tmp, 'pi-bash-1.log'), '');
    prepared.release();

    assert.deepEqual(readdirSync(tmp), []);
  });
});
