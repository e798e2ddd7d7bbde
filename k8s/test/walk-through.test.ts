/**
 * The walk-through, run whole with stand-ins for docker, kind, k3d and kubectl that write down what they are told. Helm is
 * the real one: what the script would install is rendered.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { helmBinaries } from '../../scripts/kubernetes-assets/helm.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const SCRIPT = join(ROOT, 'k8s/walk-through.sh');

describe('the walk-through', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spectral-walk-'));
    for (const name of ['docker', 'kind', 'kubectl', 'make']) standIn(name, '');
    standIn('k3d', '[ "$2" != list ]');
    standIn(
      'helm',
      `case "$1" in upgrade) exec ${(await helmBinaries()).helm4} template "\${@:3:2}" \${@:5} ;; esac`,
    );
    symlinkSync(process.execPath, join(folder, 'node'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const program of ['kind', 'k3d']) {
    it(`goes from images to a link, in this order: ${program}`, async () => {
      await run(program);

      const told = toldPrograms();
      const order = [
        /^make images/,
        new RegExp(`^${program} (cluster )?create`),
        new RegExp(
          `^${program} (load|image import).*localhost/spectral/gateway:0\\.1\\.0.*localhost/spectral/agent:0\\.1\\.0`,
        ),
        /^kubectl apply --filename k8s\/namespace\.yaml/,
        /^helm upgrade --install spectral-crds charts\/spectral-crds/,
        /^helm upgrade --install spectral charts\/spectral .*eval\.yaml/,
        /^helm test spectral/,
        /^kubectl .* wait agentpool\/shared/,
        /^kubectl .* exec deployment\/spectral-gateway -- node services\/gateway\/src\/main\.ts login-link/,
        /^kubectl .* port-forward service\/spectral-gateway 8080:8080/,
      ].map((step) => told.findIndex((line) => step.test(line)));
      assert.ok(
        order.every((place) => place >= 0),
        told.join('\n'),
      );
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    });

    it(`removes the cluster again: ${program}`, async () => {
      await run(program, 'down');

      assert.equal(toldPrograms().length, 1);
      assert.match(toldPrograms()[0] ?? '', new RegExp(`^${program} .*delete.*spectral`));
    });
  }

  it('says what is missing, and what it can do', async () => {
    await assert.rejects(run('minikube'), /Give kind or k3d/);
    await assert.rejects(run('kind', 'sideways'), /give up \(default\) or down/);
    rmSync(join(folder, 'kind'));
    await assert.rejects(run('kind'), /kind is needed/);
  });

  it('passes shellcheck', () => {
    const { stdout, error } = spawnSync('shellcheck', [SCRIPT], { encoding: 'utf8' });

    assert.equal(error, undefined);
    assert.equal(stdout, '');
  });

  function standIn(name: string, more: string): void {
    const text = `#!/bin/bash\necho "${name} $*" >> ${folder}/told\n${more}\n`;
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }

  function toldPrograms(): string[] {
    return readFileSync(join(folder, 'told'), 'utf8').trim().split('\n');
  }

  function run(...words: string[]) {
    const env = { HOME: folder, PATH: `${folder}:/usr/bin:/bin` };
    return promisify(execFile)(SCRIPT, words, { env, timeout: 50_000, maxBuffer: 16 << 20 });
  }
});
