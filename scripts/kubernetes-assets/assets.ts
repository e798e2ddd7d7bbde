// The programs of Kubernetes that tests run against: given by the environment, else made here once and kept.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../launcher/say.mjs';
import { cached, cacheFolder } from './cache.ts';
import { controlPlaneRecipe, makeControlPlane } from './control-plane.ts';
import { crdServerRecipe, makeCrdServer } from './crd-server.ts';
import { helmBinaries, type HelmBinaries } from './helm.ts';

/** Absolute paths of the programs of a control plane. */
export interface ControlPlaneBinaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  /** Serves custom resources beside an API server too old for what ours say. */
  readonly crdServer: string;
}

export interface KubernetesAssets extends HelmBinaries, ControlPlaneBinaries {}

/**
 * All programs, obtained where they are missing: about ten minutes the first time on two cores, then at once.
 * `KUBEBUILDER_ASSETS` may name a folder with `etcd` and `kube-apiserver`, as envtest has it, and
 * `SPECTRAL_K8S_ASSETS` one with the rest or with all. Throws `Stop` with what to do.
 */
export async function kubernetesAssets(env: NodeJS.ProcessEnv = process.env): Promise<KubernetesAssets> {
  const [helm, controlPlane] = await Promise.all([helmBinaries(env), controlPlaneBinaries(env)]);
  return { ...helm, ...controlPlane };
}

/** The same without helm and kubectl. */
export async function controlPlaneBinaries(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ControlPlaneBinaries> {
  const [core, crds] = [await coreFolders(env), await crdServerFolder(env)];
  return {
    etcd: programIn(core.envtest, 'etcd'),
    apiServer: programIn(core.envtest, 'kube-apiserver'),
    controllerManager: programIn(core.rest, 'kube-controller-manager'),
    scheduler: programIn(core.rest, 'kube-scheduler'),
    crdServer: programIn(crds, 'apiextensions-apiserver'),
  };
}

/** `envtest` has what envtest knows, `rest` the other programs of the same version. */
async function coreFolders(env: NodeJS.ProcessEnv): Promise<{ envtest: string; rest: string }> {
  const { KUBEBUILDER_ASSETS: envtest, SPECTRAL_K8S_ASSETS: rest } = env;
  if (rest) return { envtest: envtest ?? rest, rest };
  if (envtest)
    throw new Stop(
      `KUBEBUILDER_ASSETS is ${envtest}, which has no controller manager and no scheduler. Name a folder with ` +
        'kube-controller-manager, kube-scheduler and apiextensions-apiserver in SPECTRAL_K8S_ASSETS as well, or unset both.',
    );
  const made = await cached(cacheFolder(env), controlPlaneRecipe, makeControlPlane);
  return { envtest: made, rest: made };
}

function crdServerFolder(env: NodeJS.ProcessEnv): Promise<string> | string {
  return env.SPECTRAL_K8S_ASSETS ?? cached(cacheFolder(env), crdServerRecipe, makeCrdServer);
}

function programIn(folder: string, name: string): string {
  const program = join(folder, name);
  try {
    accessSync(program, constants.X_OK);
    return program;
  } catch {
    throw new Stop(
      `expected the program ${program}, which is not there. Put it there, or unset KUBEBUILDER_ASSETS and ` +
        'SPECTRAL_K8S_ASSETS; what is kept by itself comes back after removing its folder.',
    );
  }
}
