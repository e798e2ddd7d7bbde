/** As much of an API server as `lookup` of a Secret needs: which kinds there are, and the Secrets of before. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KUBERNETES, type Manifest } from './helm.ts';

export interface SecretServer {
  readonly url: string;
  close(): Promise<void>;
}

const [MAJOR, MINOR] = KUBERNETES.split('.');
const ABSENT = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };

/** Starts one that knows the kinds of these objects, and holds the Secrets among them. */
export async function startSecretServer(objects: readonly Manifest[]): Promise<SecretServer> {
  const pages = { ...discovery(objects), ...secretPages(objects) };
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? ABSENT));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function discovery(objects: readonly Manifest[]): Record<string, unknown> {
  const versions = [...new Set(objects.map(({ apiVersion }) => apiVersion))];
  const groups = versions.filter((version) => version.includes('/'));
  return {
    '/version': { major: MAJOR, minor: MINOR, gitVersion: `v${KUBERNETES}` },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) },
    ...Object.fromEntries(
      versions.map((version) => [
        version.includes('/') ? `/apis/${version}` : `/api/${version}`,
        {
          kind: 'APIResourceList',
          apiVersion: 'v1',
          groupVersion: version,
          resources: resourcesOf(objects, version),
        },
      ]),
    ),
  };
}

function groupOf(groupVersion: string): unknown {
  const [name, version] = groupVersion.split('/');
  const served = { groupVersion, version };
  return { name, versions: [served], preferredVersion: served };
}

function resourcesOf(objects: readonly Manifest[], version: string): unknown[] {
  const kinds = new Map(objects.filter((one) => one.apiVersion === version).map((one) => [one.kind, one]));
  return [...kinds].map(([kind, { metadata }]) => ({
    name: `${kind.toLowerCase()}s`,
    singularName: kind.toLowerCase(),
    namespaced: metadata.namespace !== undefined,
    kind,
    verbs: ['get'],
  }));
}

function secretPages(objects: readonly Manifest[]): Record<string, unknown> {
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  return Object.fromEntries(
    secrets.map((secret) => [`/api/v1/namespaces/spectral/secrets/${secret.metadata.name}`, secret]),
  );
}
