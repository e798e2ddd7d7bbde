/** Files that tell a client where an API server is and who it is there. */
import { readFileSync } from 'node:fs';
import type { ApiClient } from './api-server-client.ts';
import type { Pki } from './api-server-pki.ts';

export type KubeconfigUser = Readonly<Record<string, string>>;

/** JSON, which is YAML too. `authority` is the PEM of the server's authority. */
export function kubeconfig(url: string, authority: Buffer, user: KubeconfigUser): string {
  const name = 'test';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, 'certificate-authority-data': authority.toString('base64') } },
    ],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}

export function certificateUser(
  pki: Pki,
  name: 'admin' | 'controller-manager' | 'scheduler',
): KubeconfigUser {
  const inBase64 = (kind: 'crt' | 'key') => readFileSync(pki.file(name, kind)).toString('base64');
  return { 'client-certificate-data': inBase64('crt'), 'client-key-data': inBase64('key') };
}

/** A token of a service account, as a pod of it would get one. */
export async function serviceAccountToken(
  admin: ApiClient,
  namespace: string,
  name: string,
): Promise<string> {
  const answer = await admin.create(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 7_200 },
  });
  const { token } = answer['status'] as { readonly token: string };
  return token;
}
