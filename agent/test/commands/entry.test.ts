import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { useCleanUp } from '../support/clean-up.ts';
import { COMMAND, runSpectral } from '../support/spectral-command.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('the spectral command', () => {
  const defer = useCleanUp();

  it('tells its version without loading anything', async () => {
    const startedAt = performance.now();
    const { ended, output } = runSpectral(defer, ['--version'], { configDir: temporaryDirectory(defer) });

    assert.equal(await ended, 0);
    assert.match(output.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.ok(performance.now() - startedAt < 2_000);
  });

  it('reports every faulty variable in one line', async () => {
    const env = { SPECTRAL_MCP_URL: 'x', SPECTRAL_RELAY_URL: 'y' };

    const { ended, output } = runSpectral(defer, ['serve'], { configDir: temporaryDirectory(defer), env });

    assert.equal(await ended, 1);
    assert.match(output.stderr, /^spectral: SPECTRAL_MCP_URL[^\n]*SPECTRAL_RELAY_URL[^\n]*\n$/);
  });

  it('refuses an old Node before anything that it could not parse', () => {
    const source = readFileSync(COMMAND, 'utf8');

    assert.match(source, /needs Node/);
    assert.doesNotMatch(source, /import [^;]*\.ts'/);
  });
});
