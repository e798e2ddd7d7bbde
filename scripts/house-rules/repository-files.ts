// Reads what the house rules look at from the disk.

import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Faces } from './import-graph.ts';
import type { TextFile } from './machine-paths.ts';
import { readSource, type SourceFile } from './source-file.ts';

const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'test-results', '.spectral-data']);
const TEXT =
  /\.(ts|tsx|mts|mjs|js|json|jsonc|md|html|css|sql|ya?ml|tpl|sh|txt|toml)$|(^|\/)(Makefile|Dockerfile|run)$/;

/** Every TypeScript and JavaScript file of the workspaces and scripts. */
export function sourcesIn(root: string): SourceFile[] {
  return filesIn(root, '{proto,services,agent,load-tests,scripts}/**/*.{ts,tsx,mts,mjs}')
    .filter((path) => !/\.d\.m?ts$/.test(path))
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Every text file that could be committed, hidden folders included. */
export function textFilesIn(root: string): TextFile[] {
  return filesIn(root, '{*,.*,.*/**/*,*/**/*}')
    .filter((path) => TEXT.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Reads `exports` of every workspace's package.json. */
export function facesIn(root: string): Faces {
  return new Map(
    filesIn(root, '{proto,agent,load-tests,services/*}/package.json').flatMap((path) => {
      const { name, exports = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
      return Object.entries(exports).map(([entry, file]): [string, string] => [
        posix.join(name, entry),
        posix.join(posix.dirname(path), file),
      ]);
    }),
  );
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
}

function filesIn(root: string, pattern: string): string[] {
  return globSync(pattern, { cwd: root, withFileTypes: true, exclude: (entry) => NOT_OURS.has(entry.name) })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
    .toSorted();
}
