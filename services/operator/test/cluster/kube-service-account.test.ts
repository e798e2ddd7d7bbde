import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceAccountAccess } from '../../src/cluster/kube-service-account.ts';

describe('access by the service account of the pod', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'account-'));
    for (const [name, text] of Object.entries({ token: 'first\n', namespace: 'spectral\n', 'ca.crt': 'PEM' }))
      writeFileSync(join(directory, name), text);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('knows the server, the namespace and its authority', async () => {
    const access = serviceAccountAccess({ directory, host: '10.96.0.1', port: '443' });

    assert.equal(access.server, 'https://10.96.0.1:443');
    assert.equal(access.namespace, 'spectral');
    assert.equal(String((await access.credentials()).options.ca), 'PEM');
  });

  it('writes an IPv6 address as an address of the web', () => {
    assert.equal(
      serviceAccountAccess({ directory, host: 'fd00::1', port: '443' }).server,
      'https://[fd00::1]:443',
    );
  });

  it('shows the token of now: the kubelet renews its file', async () => {
    const access = serviceAccountAccess({ directory, host: '10.96.0.1', port: '443' });
    writeFileSync(join(directory, 'token'), 'second');

    assert.equal((await access.credentials()).headers['authorization'], 'Bearer second');
  });

  it('is refused outside a pod, with what to do', () => {
    for (const host of [null, '10.96.0.1'])
      assert.throws(
        () => serviceAccountAccess({ directory: join(directory, 'nowhere'), host, port: '443' }),
        /in no pod.*set KUBECONFIG/,
      );
  });
});
