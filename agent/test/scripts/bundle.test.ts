/** The bundled command, as it would be published: built for real, and run. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeConfigFile } from '../../src/settings/config-file.ts';
import { pathsIn } from '../../src/settings/paths.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const AGENT = join(import.meta.dirname, '../..');
const RUNS = 'machine.not-registered';

describe('the bundled command', function () {
  this.timeout(30_000);
  const defer = useCleanUp();

  it('serves: it loads its native module and its parts, and ends on SIGTERM', async () => {
    // Beside the source, where its external packages are found.
    const bundle = mkdtempSync(join(AGENT, '.bundle-'));
    defer(() => rmSync(bundle, { recursive: true, force: true }));
    execFileSync(process.execPath, [join(AGENT, 'scripts/bundle.ts'), bundle]);
    const configDir = temporaryDirectory(defer);
    // Port 9 of the loopback: nothing answers, which is all the daemon needs to say that it runs.
    writeConfigFile(pathsIn(configDir).config, {
      mcpUrl: 'http://127.0.0.1:9/mcp',
      teamApiKey: 'sk-spectral-team-x',
    });

    const child = spawn(process.execPath, [join(bundle, 'main.js'), 'serve'], {
      env: { PATH: process.env['PATH'], HOME: configDir, SPECTRAL_CONFIG_DIR: configDir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    defer(() => void child.kill('SIGKILL'));
    let said = '';
    child.stderr.setEncoding('utf8');
    for await (const text of child.stderr) {
      said += String(text);
      // Once: a second signal would end it at once.
      if (said.includes(RUNS) && !child.killed) child.kill('SIGTERM');
    }

    assert.equal(child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))), 0, said);
    assert.ok(said.includes(RUNS), said);
  });
});
