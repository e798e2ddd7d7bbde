// Nothing in the repository may name a folder of the machine it was written on, or a private package registry.

import type { Fault } from './fault.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';

/** `folders` are absolute paths of this machine, such as the checkout and the home folder. */
export function machinePathFaults(files: readonly TextFile[], folders: readonly string[]): Fault[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((content, index) => {
      const folder = folders.find((name) => content.includes(name));
      const message = folder ? `names ${folder}, a folder of this machine` : privateRegistry(path, content);
      return message === undefined ? [] : [{ path, line: index + 1, message }];
    }),
  );
}

function privateRegistry(path: string, line: string): string | undefined {
  if (!path.endsWith('package-lock.json')) return undefined;
  const source = /"resolved": "(https?:[^"]+)"/.exec(line)?.[1];
  return source !== undefined && !source.startsWith(PUBLIC_REGISTRY)
    ? `locks a package from ${source}`
    : undefined;
}
