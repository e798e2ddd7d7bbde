/** Gives every volume claim a folder, as a storage system would, and takes it away when nobody holds it any more. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError, type ApiClient, type KubeJson } from './api-server-client.ts';
import { followObjects, type Change } from './api-server-watch.ts';

const CLASS = 'folders';
const VOLUME_PREFIX = 'pvc-';
const PROVISIONER = 'test.spectral.dev/folders';

export interface ScriptedDisks {
  /** Where the data of a claim is, by the claim's volume name. */
  folderOf(volumeName: string): string;
  stop(): Promise<void>;
}

/** Makes the default storage class; folders are below `root`. */
export async function startDisks(admin: ApiClient, root: string): Promise<ScriptedDisks> {
  // Short, because sockets live there: the kernel takes paths of at most 107 characters.
  const folderOf = (volumeName: string) => join(root, volumeName.slice(VOLUME_PREFIX.length).slice(0, 8));
  await admin.create('/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    allowVolumeExpansion: true,
  });
  const ends = [
    followObjects(admin, '/api/v1/persistentvolumeclaims', (change) =>
      ignoringRaces(() => provision(admin, change, folderOf)),
    ),
    followObjects(admin, '/api/v1/persistentvolumes', (change) =>
      ignoringRaces(() => reclaim(admin, change, folderOf)),
    ),
  ];
  return { folderOf, stop: async () => void (await Promise.all(ends.map((end) => end()))) };
}

interface Claim extends KubeJson {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

async function provision(
  admin: ApiClient,
  { type, object }: Change,
  folderOf: (volumeName: string) => string,
): Promise<void> {
  const { metadata, spec } = object as Claim;
  if (type === 'gone' || spec.storageClassName !== CLASS || spec.volumeName || metadata.deletionTimestamp)
    return;
  const name = VOLUME_PREFIX + metadata.uid;
  mkdirSync(folderOf(name), { recursive: true });
  await admin.create('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes,
      storageClassName: CLASS,
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path: folderOf(name) },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
    },
  });
}

async function reclaim(
  admin: ApiClient,
  { type, object }: Change,
  folderOf: (volumeName: string) => string,
): Promise<void> {
  const { phase } = (object['status'] ?? {}) as { readonly phase?: string };
  if (type === 'gone' || phase !== 'Released' || object.metadata.deletionTimestamp) return;
  await admin.remove(`/api/v1/persistentvolumes/${object.metadata.name}`);
  rmSync(folderOf(object.metadata.name), { recursive: true, force: true });
}

/** An object that another change already made or removed is what was wanted. */
function ignoringRaces(step: () => Promise<void>): void {
  step().catch((error: unknown) => {
    if (!(error instanceof ApiError)) return; // the server is away; the next list tells the change again
    if (!['AlreadyExists', 'NotFound', 'Conflict'].includes(error.reason)) throw error;
  });
}
