// Debian's Go, unpacked beside what it builds instead of installed.

import { join } from 'node:path';
import type { AptArchive } from './apt-archive.ts';
import { runProgram, type ProgramRun } from './run-program.ts';

/** Variables under which Go builds from one folder of sources, without modules, network or C. */
export interface GoEnvironment extends Record<string, string> {
  readonly GOROOT: string;
  readonly GOPATH: string;
}

/** `version` as in Debian's package names, such as `1.19`. Unpacks into `root`. */
export async function unpackGo(
  archive: AptArchive,
  version: string,
  root: string,
  run: ProgramRun,
): Promise<string> {
  const names = [`golang-${version}-go`, `golang-${version}-src`];
  await unpackPackages(await archive.download(names, join(root, 'packages')), root, run);
  return join(root, 'usr/lib', `go-${version}`);
}

/** Unpacks `.deb` files over each other into `root`, without their tests and manuals. */
export async function unpackPackages(files: readonly string[], root: string, run: ProgramRun): Promise<void> {
  // The shell stops at a fault on either side of a pipe.
  const script =
    'set -o pipefail; mkdir -p "$0"; for file; do dpkg-deb --fsys-tarfile "$file" | ' +
    'tar -x -C "$0" --exclude=./usr/share/doc --exclude=\'*_test.go\' --exclude=testdata || exit 1; done';
  await runProgram('bash', ['-c', script, root, ...files], run);
}

export function goEnvironment(goRoot: string, goPath: string, cache: string): GoEnvironment {
  return {
    GOROOT: goRoot,
    GOPATH: goPath,
    GOCACHE: cache,
    GO111MODULE: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '',
    CGO_ENABLED: '0',
  };
}

/** Linker flags: no debug symbols, and each of `variables` set to its value. */
export function linkFlags(variables: Readonly<Record<string, string>>): string {
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s', '-w', '-buildid=', ...settings].join(' ');
}
