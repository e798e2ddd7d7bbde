// The server of custom resources as it is today (CEL rules, transition rules, selectable fields), which Debian keeps
// as a library among its Go packages: it is built as a program and runs beside an older API server.

import { basename, join } from 'node:path';
import { Stop, say } from '../launcher/say.mjs';
import { openArchive } from './apt-archive.ts';
import type { Recipe } from './cache.ts';
import { goEnvironment, linkFlags, unpackGo, unpackPackages } from './go-toolchain.ts';
import { runProgram, type ProgramRun } from './run-program.ts';

/** A rolling suite: what it holds changes, so the program is known by when it was built and kept. */
const SUITE = 'sid';
const GO = '1.26';
const LIBRARY = 'golang-k8s-apiextensions-apiserver-dev';

export const crdServerRecipe: Recipe = {
  name: 'crd-server',
  ingredients: { suite: SUITE, go: GO, library: LIBRARY, build: '1' },
};

/** About three minutes on two cores, 250 MB of downloads and 2 GB of disk while it runs. */
export async function makeCrdServer(out: string, work: string): Promise<void> {
  const run: ProgramRun = {
    cwd: work,
    log: join(work, 'build.log'),
    remedy: `The whole log: ${work}/build.log`,
  };
  say('server of custom resources: fetching Go 1.26 and 300 library packages …');
  const archive = await openArchive(SUITE, work);
  const libraries = (await archive.closureOf(LIBRARY)).filter((name) => /^golang-.*-dev$/.test(name));
  const files = await archive.download(libraries, join(work, 'packages'));
  const root = join(work, 'root');
  const [goRoot] = await Promise.all([
    unpackGo(archive, GO, join(work, 'go'), run),
    unpackPackages(files, root, run),
  ]);

  const version = minorVersionOf(files);
  say(`server of custom resources 1.${version}: building (about three minutes on two cores) …`);
  const flags = linkFlags({
    'k8s.io/component-base/version.gitVersion': `v1.${version}`,
    'k8s.io/component-base/version.gitMajor': '1',
    'k8s.io/component-base/version.gitMinor': version.split('.')[0] ?? '',
  });
  await runProgram(
    join(goRoot, 'bin/go'),
    ['build', '-trimpath', '-ldflags', flags, '-o', `${out}/`, 'k8s.io/apiextensions-apiserver'],
    { ...run, env: goEnvironment(goRoot, join(root, 'usr/share/gocode'), join(work, 'go-cache')) },
  );
}

/** Debian's version 0.36.4-1 of the library is Kubernetes 1.36.4: gives `36.4`. */
function minorVersionOf(files: readonly string[]): string {
  const file = files.map((each) => basename(each)).find((name) => name.startsWith(`${LIBRARY}_`));
  const version = /_0\.(\d+\.\d+)/.exec(file ?? '')?.[1];
  if (version === undefined)
    throw new Stop(`${file ?? LIBRARY} has no version of the form 0.36.4 in its name.`);
  return version;
}
