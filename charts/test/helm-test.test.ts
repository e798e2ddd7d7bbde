/** What `helm test` asks, asked of a real gateway and a real relay. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { LEAST, render } from './support/helm.ts';
import { objectOf, podOf, type Container } from './support/manifests.ts';

const SERVICES = join(dirname(dirname(import.meta.dirname)), 'services');
const SECRET = { SPECTRAL_SERVICE_SECRET: 'a-service-secret-for-tests', SPECTRAL_PORT: '0' };

describe('helm test', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'spectral-helm-test-'));
  const children: ChildProcess[] = [];
  let container: Container | undefined;
  let gateway = '';
  let relay = '';

  before(async () => {
    writeFileSync(join(folder, 'index.html'), '<title>Spectral</title>');
    gateway = await start('gateway', { ...SECRET, SPECTRAL_DATA_DIR: folder, SPECTRAL_WEB_DIR: folder });
    relay = await start('relay', { ...SECRET, SPECTRAL_GATEWAY_URL: gateway });
    container = podOf(objectOf(await render([LEAST]), 'Pod', 'spectral-test'))?.containers[0];
  });
  after(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('passes where both take work', async () => {
    const said = await ask({ GATEWAY: gateway, RELAY: relay });

    assert.equal(said.trim().split('\n').length, 6);
  });

  it('fails where one does not, and names it', async () => {
    await assert.rejects(ask({ GATEWAY: gateway, RELAY: 'http://127.0.0.1:9' }), /fetch failed/);
    await assert.rejects(ask({ GATEWAY: relay, RELAY: relay }), /answered 404, expected 200/);
  });

  async function ask(env: Record<string, string>): Promise<string> {
    const [program = '', ...words] = [...(container?.command ?? []), ...(container?.args ?? [])];
    assert.equal(program, 'node');
    const { stdout } = await promisify(execFile)(process.execPath, words, { env, timeout: 60_000 });
    return stdout;
  }

  async function start(part: string, env: Record<string, string>): Promise<string> {
    const child = spawn(process.execPath, [join(SERVICES, part, 'src/main.ts')], {
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    children.push(child);
    const ready = once(child, 'message').then(([message]) => (message as { url: string }).url);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the ${part} ended`)));
    return Promise.race([ready, ended]);
  }
});
