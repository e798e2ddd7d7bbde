/**
 * Access with the service account of this process's pod. Read here and not by the client library, which takes 90 MB of
 * memory before it does anything.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { ConfigError } from '@spectral/common';
import type { KubeAccess } from './kube-access.ts';

/** What Kubernetes gives every pod. */
export interface ServiceAccountPlace {
  /** Holds `token`, `ca.crt` and `namespace`. */
  readonly directory: string;
  /** Of the API server; null outside a pod. */
  readonly host: string | null;
  readonly port: string | null;
}

/** Throws ConfigError outside a pod. The token is read for each request, since the kubelet renews its file. */
export function serviceAccountAccess({ directory, host, port }: ServiceAccountPlace): KubeAccess {
  const tokenFile = join(directory, 'token');
  if (host === null || port === null || !existsSync(tokenFile)) {
    throw new ConfigError('operator', [
      'this process is in no pod with a service account; set KUBECONFIG to a kubeconfig file',
    ]);
  }
  const namespaceFile = join(directory, 'namespace');
  const ca = readFileSync(join(directory, 'ca.crt'));
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default',
    async credentials() {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      return { headers: { authorization: `Bearer ${token}` }, options: { ca } };
    },
  };
}
