import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneBinaries } from '../../kubernetes-assets/assets.ts';

describe('programs of Kubernetes that the environment names', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'assets-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (...names: string[]) => {
    for (const name of names) writeFileSync(join(folder, name), '', { mode: 0o755 });
  };

  it('are taken from there, those envtest knows from its folder', async () => {
    const envtest = mkdtempSync(join(folder, 'envtest-'));
    put('kube-controller-manager', 'kube-scheduler', 'apiextensions-apiserver');
    for (const name of ['etcd', 'kube-apiserver']) writeFileSync(join(envtest, name), '', { mode: 0o755 });

    const found = await controlPlaneBinaries({ KUBEBUILDER_ASSETS: envtest, SPECTRAL_K8S_ASSETS: folder });

    assert.equal(found.etcd, join(envtest, 'etcd'));
    assert.equal(found.scheduler, join(folder, 'kube-scheduler'));
  });

  it('are missed by name', async () => {
    put('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler');

    await assert.rejects(
      controlPlaneBinaries({ SPECTRAL_K8S_ASSETS: folder }),
      /expected the program .*apiextensions-apiserver/,
    );
  });

  it('are asked for together: envtest’s alone are too few', async () => {
    await assert.rejects(
      controlPlaneBinaries({ KUBEBUILDER_ASSETS: folder }),
      /no controller manager.*SPECTRAL_K8S_ASSETS/s,
    );
  });
});
