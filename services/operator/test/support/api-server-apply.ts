/** Applies whole manifests, as `kubectl apply --server-side` does, in the words of the API server at hand. */
import { APPLY, type ApiClient, type KubeJson } from './api-server-client.ts';
import { inOlderWords } from './api-server-older-words.ts';

/** Kinds that others need to be there first. */
const FIRST = ['Namespace', 'CustomResourceDefinition', 'StorageClass', 'ServiceAccount', 'Role', 'Secret'];

export interface ApplyOptions {
  /** For objects that name none. */
  readonly namespace: string;
  readonly manager: string;
}

/**
 * Applies them in an order that works; throws the first refusal with the object's name. The server knows every field
 * of its own kinds, so one it does not know is refused.
 */
export async function applyObjects(
  admin: ApiClient,
  objects: readonly KubeJson[],
  options: ApplyOptions,
): Promise<void> {
  const kinds = new Map<string, Promise<ServedKind[]>>();
  for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) {
    const older = inOlderWords(object);
    const served = kinds.get(older.apiVersion) ?? kindsOf(admin, older.apiVersion);
    kinds.set(older.apiVersion, served);
    await applyOne(admin, older, await served, options);
  }
}

interface ServedKind {
  readonly kind: string;
  readonly name: string;
  readonly namespaced: boolean;
}

async function kindsOf(admin: ApiClient, apiVersion: string): Promise<ServedKind[]> {
  const answer = await admin.get(apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);
  const resources = answer['resources'] as readonly ServedKind[];
  return resources.filter(({ name }) => !name.includes('/'));
}

async function applyOne(
  admin: ApiClient,
  object: KubeJson,
  kinds: readonly ServedKind[],
  { namespace, manager }: ApplyOptions,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const served = kinds.find((each) => each.kind === kind);
  if (served === undefined) throw new Error(`the server has no kind ${kind} in ${apiVersion}`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = served.namespaced ? `/namespaces/${metadata.namespace ?? namespace}` : '';
  const path = `${root}${place}/${served.name}/${metadata.name}?fieldManager=${manager}&force=true`;
  await admin.patch(path, APPLY, object).catch((error: unknown) => {
    throw new Error(`${kind} ${metadata.name} was refused: ${String(error)}`, { cause: error });
  });
}

function rank({ kind }: KubeJson): number {
  const at = FIRST.indexOf(kind);
  return at === -1 ? FIRST.length : at;
}
