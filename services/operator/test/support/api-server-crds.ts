/** Definitions of custom resources on the current server of custom resources, reached through the API server's front. */
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type ApiClient, type KubeJson } from './api-server-client.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const LIMIT_MS = 20_000;

export interface CustomResourceServers {
  /** The API server. */
  readonly admin: ApiClient;
  /** The server of custom resources. */
  readonly definitions: ApiClient;
  /** Where that one listens on loopback. */
  readonly port: number;
}

interface Definition extends KubeJson {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

/** Returns when every kind can be listed through the API server. */
export async function installCustomResources(
  servers: CustomResourceServers,
  objects: readonly unknown[],
): Promise<void> {
  const definitions = objects as readonly Definition[];
  await Promise.all(definitions.map((definition) => applyDefinition(servers.definitions, definition)));
  await registerFront(servers, definitions);
  await Promise.all(definitions.map((definition) => untilServed(servers.admin, definition)));
}

/** Creates or replaces; throws what the server says of a definition it does not take. */
export async function applyDefinition(
  client: ApiClient,
  definition: Definition | KubeJson,
): Promise<KubeJson> {
  const path = `${DEFINITIONS}/${definition.metadata.name}`;
  try {
    return await client.create(DEFINITIONS, definition);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    const { resourceVersion } = (await client.get(path)).metadata;
    return client.replace(path, { ...definition, metadata: { ...definition.metadata, resourceVersion } });
  }
}

/** One APIService for each group and version, over a Service that is nothing but the name `localhost`. */
async function registerFront(
  { admin, port }: CustomResourceServers,
  definitions: readonly Definition[],
): Promise<void> {
  const service = { name: 'custom-resources', namespace: 'kube-system', port };
  await createUnlessThere(admin, '/api/v1/namespaces/kube-system/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  });
  const fronts = definitions.flatMap(({ spec }) =>
    spec.versions.map(({ name: version }) => ({ group: spec.group, version })),
  );
  for (const { group, version } of new Map(fronts.map((each) => [JSON.stringify(each), each])).values()) {
    await createUnlessThere(admin, '/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service,
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 1000,
        versionPriority: 15,
      },
    });
  }
}

async function createUnlessThere(client: ApiClient, path: string, object: unknown): Promise<void> {
  try {
    await client.create(path, object);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
  }
}

async function untilServed(admin: ApiClient, { spec }: Definition): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  for (const { name: version } of spec.versions) {
    const path = `/apis/${spec.group}/${version}/${spec.names.plural}`;
    while (!(await isListed(admin, path))) {
      if (Date.now() > end) throw new Error(`the API server did not serve ${path} within ${LIMIT_MS} ms`);
      await delay(50);
    }
  }
}

async function isListed(admin: ApiClient, path: string): Promise<boolean> {
  try {
    await admin.get(`${path}?limit=1`);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false; // not discovered yet, or the front does not know it yet
    throw error;
  }
}
