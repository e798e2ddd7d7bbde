// etcd, and the API server, controller manager and scheduler of Kubernetes 1.20.2: the newest Debian has the source of.

import { copyFileSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Stop, say } from '../launcher/say.mjs';
import { openArchive } from './apt-archive.ts';
import type { Recipe } from './cache.ts';
import { goEnvironment, linkFlags, unpackGo, unpackPackages } from './go-toolchain.ts';
import { outputOf, runProgram, type ProgramRun } from './run-program.ts';

const SUITE = 'bookworm';
const GO = '1.19';
const VERSION = 'v1.20.2';

export const controlPlaneRecipe: Recipe = {
  name: 'control-plane',
  ingredients: { suite: SUITE, go: GO, kubernetes: VERSION, build: '1' },
};

const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const REPOSITORY = 'k8s.io/kubernetes';

/** About six minutes on two cores, 125 MB of downloads and 3 GB of disk while it runs. */
export async function makeControlPlane(out: string, work: string): Promise<void> {
  const run: ProgramRun = {
    cwd: work,
    log: join(work, 'build.log'),
    remedy: `The whole log: ${work}/build.log`,
  };
  say('Kubernetes 1.20.2: fetching etcd, Go 1.19 and the source …');
  const archive = await openArchive(SUITE, work);
  const [goRoot] = await Promise.all([
    unpackGo(archive, GO, join(work, 'go'), run),
    archive.downloadSource('kubernetes', join(work, 'source')),
    takeEtcd(out, work, run, (names, folder) => archive.download(names, folder)),
  ]);
  const goPath = await unpackSource(work, run);
  const env = goEnvironment(goRoot, goPath, join(work, 'go-cache'));
  await build(out, { ...run, cwd: join(goPath, 'src', REPOSITORY), env }, join(goRoot, 'bin/go'));
}

async function takeEtcd(
  out: string,
  work: string,
  run: ProgramRun,
  download: (names: readonly string[], folder: string) => Promise<string[]>,
): Promise<void> {
  const folder = join(work, 'etcd');
  await unpackPackages(await download(['etcd-server'], folder), folder, run);
  copyFileSync(join(folder, 'usr/bin/etcd'), join(out, 'etcd'));
}

/** Debian's own patches change the command line tools alone, so the original archive will do. */
async function unpackSource(work: string, run: ProgramRun): Promise<string> {
  const [archive] = globSync(join(work, 'source/*.orig.tar.gz'));
  if (archive === undefined) throw new Stop('Debian’s source package of kubernetes holds no .orig.tar.gz.');
  const goPath = join(work, 'gopath');
  const folder = join(goPath, 'src', REPOSITORY);
  if (existsSync(join(folder, 'Makefile'))) return goPath;
  mkdirSync(folder, { recursive: true });
  await runProgram('tar', ['-xzf', archive, '--strip-components=1', '-C', folder], run);
  return goPath;
}

async function build(out: string, run: ProgramRun, go: string): Promise<void> {
  say(
    'Kubernetes 1.20.2: building (about six minutes on two cores; a second run goes on where this one stops) …',
  );
  await generateOpenApi(run, go);
  const prefix = `${REPOSITORY}/vendor/k8s.io`;
  const flags = linkFlags({
    [`${prefix}/client-go/pkg/version.gitVersion`]: VERSION,
    [`${prefix}/component-base/version.gitVersion`]: VERSION,
    [`${prefix}/component-base/version.gitMajor`]: '1',
    [`${prefix}/component-base/version.gitMinor`]: '20',
  });
  const packages = PROGRAMS.map((name) => `./cmd/${name}`);
  await runProgram(go, ['build', '-trimpath', '-ldflags', flags, '-o', `${out}/`, ...packages], run);
}

/** The one generated file the source archive leaves out. Server-side apply merges by what it says of each field. */
async function generateOpenApi(run: ProgramRun, go: string): Promise<void> {
  const generator = join(run.env?.GOPATH ?? run.cwd, 'openapi-gen');
  await runProgram(go, ['build', '-o', generator, './vendor/k8s.io/kube-openapi/cmd/openapi-gen'], run);
  const output = 'pkg/generated/openapi';
  await runProgram(
    generator,
    [
      ['--input-dirs', (await taggedPackages(run.cwd)).join(',')],
      ['--output-package', `${REPOSITORY}/${output}`],
      ['--output-base', join(run.env?.GOPATH ?? '', 'src')],
      ['--output-file-base', 'zz_generated.openapi'],
      ['--go-header-file', 'vendor/k8s.io/code-generator/hack/boilerplate.go.txt'],
      ['--report-filename', `${generator}.report`],
    ].flat(),
    run,
  );
}

/** Packages with types of the API carry a tag; those of the staging folder are known by their place below vendor. */
async function taggedPackages(source: string): Promise<string[]> {
  const places = ['cmd', 'pkg', 'plugin', 'staging/src'].map((folder) => join(source, folder));
  const files = await outputOf('grep', ['-rlE', '^// *\\+k8s:openapi-gen=', '--include=*.go', ...places]);
  const folders = files
    .split('\n')
    .filter((file) => file !== '' && !/_test\.go$|code-generator|sample-apiserver/.test(file))
    .map((file) => file.slice(source.length + 1, file.lastIndexOf('/')));
  return [...new Set(folders)].map((folder) => `${REPOSITORY}/${folder.replace('staging/src', 'vendor')}`);
}
