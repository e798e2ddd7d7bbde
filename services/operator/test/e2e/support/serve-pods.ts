/**
 * Plays pods by running the real `spectral serve` as a process for each, with a scripted agent in place of a model.
 * What a container would see below its mounts, the process finds in folders: every path in its variables is led there.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ApiError, type ApiClient } from '../../support/api-server-client.ts';
import type { ScriptedDisks } from '../../support/scripted-disks.ts';
import type {
  ContainerJson,
  EnvJson,
  PlayedPod,
  PodJson,
  PodPlayer,
  VolumeJson,
} from '../../support/scripted-kubelet.ts';

const SPECTRAL = fileURLToPath(new URL('../../../../../agent/bin/spectral.mjs', import.meta.url));

export interface ServePodSettings {
  readonly admin: ApiClient;
  readonly disks: ScriptedDisks;
  /** Folders of pods and their output go here. */
  readonly folder: string;
}

/** A pod is ready once its process runs, since it has no readiness probe. */
export function servePods(settings: ServePodSettings): PodPlayer {
  return async (pod) => {
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error('the pod has no container');
    const folder = join(settings.folder, 'pods', pod.metadata.uid ?? '');
    const mounts = await mountsOf(pod, container, folder, settings);
    const env = await variablesOf(pod, container, mounts, settings.admin);
    const logFile = join(settings.folder, `${pod.metadata.name}.log`);
    return startServe(env, logFile, () => rmSync(folder, { recursive: true, force: true }));
  };
}

/** Folders by the path a container sees them at. */
type Mounts = ReadonlyMap<string, string>;

async function mountsOf(
  pod: PodJson,
  container: ContainerJson,
  folder: string,
  settings: ServePodSettings,
): Promise<Mounts> {
  const mounts = new Map<string, string>();
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((each) => each.name === name);
    if (volume === undefined) throw new Error(`no volume is called ${name}`);
    mounts.set(mountPath, await folderOfVolume(pod, volume, join(folder, name), settings));
  }
  return mounts;
}

async function folderOfVolume(
  { metadata }: PodJson,
  { persistentVolumeClaim, secret }: VolumeJson,
  folder: string,
  { admin, disks }: ServePodSettings,
): Promise<string> {
  const namespace = `/api/v1/namespaces/${metadata.namespace}`;
  if (persistentVolumeClaim !== undefined) {
    const claim = await admin.get(`${namespace}/persistentvolumeclaims/${persistentVolumeClaim.claimName}`);
    const { volumeName } = claim['spec'] as { readonly volumeName: string };
    return disks.folderOf(volumeName);
  }
  mkdirSync(folder, { recursive: true });
  if (secret !== undefined) {
    const files = await secretOf(
      admin,
      `${namespace}/secrets/${secret.secretName}`,
      secret.optional === true,
    );
    for (const [name, value] of files) writeFileSync(join(folder, name), value);
  }
  return folder;
}

async function secretOf(admin: ApiClient, path: string, optional: boolean): Promise<[string, Buffer][]> {
  try {
    const data = ((await admin.get(path))['data'] ?? {}) as Readonly<Record<string, string>>;
    return Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  } catch (error) {
    if (optional && error instanceof ApiError && error.reason === 'NotFound') return [];
    throw error;
  }
}

async function variablesOf(
  pod: PodJson,
  { env = [] }: ContainerJson,
  mounts: Mounts,
  admin: ApiClient,
): Promise<Record<string, string>> {
  const pairs = await Promise.all(
    env.map(
      async (variable) => [variable.name, ledInto(mounts, await valueOf(pod, variable, admin))] as const,
    ),
  );
  return Object.fromEntries(pairs);
}

async function valueOf(pod: PodJson, { value, valueFrom }: EnvJson, admin: ApiClient): Promise<string> {
  if (valueFrom?.fieldRef !== undefined) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom?.secretKeyRef === undefined) return value ?? '';
  const { name, key, optional } = valueFrom.secretKeyRef;
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/secrets/${name}`;
  const found = (await secretOf(admin, path, optional === true)).find(([each]) => each === key);
  return found?.[1].toString('utf8') ?? '';
}

function fieldOf({ metadata, spec }: PodJson, path: string): string {
  const known: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
  };
  return known[path] ?? '';
}

/** The longest mount that the path lies below counts, as in a container. */
function ledInto(mounts: Mounts, value: string): string {
  const below = [...mounts]
    .filter(([mount]) => value === mount || value.startsWith(`${mount}/`))
    .toSorted(([a], [b]) => b.length - a.length)
    .at(0);
  return below === undefined ? value : below[1] + value.slice(below[0].length);
}

function startServe(env: Readonly<Record<string, string>>, logFile: string, tidy: () => void): PlayedPod {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [SPECTRAL, 'serve'], {
    env: { PATH: process.env['PATH'] ?? '', ...env, SPECTRAL_DRIVER: 'scripted' },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 137));
    child.once('error', () => resolve(127));
  }).finally(tidy);
  return {
    ready: new Promise((resolve) => child.once('spawn', resolve)),
    ended,
    async stop(graceMs) {
      child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}
