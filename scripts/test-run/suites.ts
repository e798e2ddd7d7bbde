// Which suites there are: one per workspace that has test files.

import { globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The tests of one workspace, run by one mocha process. */
export interface Suite {
  readonly name: string;
  /** Test files, relative to the repository. */
  readonly files: readonly string[];
  /** The whole process is killed and counted as failed past this. */
  readonly limitMs: number;
  /** Runs by itself, because it starts whole systems and measures time. */
  readonly alone: boolean;
  /** Loads the built page in a browser. */
  readonly needsPage: boolean;
}

const MINUTE_MS = 60_000;

/** Every workspace with at least one `test/**\/*.test.ts`, in the order in which they should start. */
export function suitesIn(root: string): Suite[] {
  const services = readdirSync(join(root, 'services')).map((name) => `services/${name}`);
  const folders = ['scripts', 'proto', ...services, 'agent', 'charts', 'k8s', 'load-tests'];
  return folders
    .map((folder) => suiteIn(root, folder))
    .filter((suite) => suite.files.length > 0)
    .toSorted((a, b) => Number(a.alone) - Number(b.alone));
}

/** The part of `suites` that `only` names: whole suites by name, else single files by path. */
export function suitesNamed(suites: readonly Suite[], only: string): Suite[] {
  const byName = suites.filter((suite) => suite.name === only);
  if (byName.length > 0) return byName;
  return suites
    .map((suite) => ({ ...suite, files: suite.files.filter((file) => file.includes(only)) }))
    .filter((suite) => suite.files.length > 0);
}

function suiteIn(root: string, folder: string): Suite {
  const name = folder.replace('services/', '');
  const alone = name === 'standalone' || name === 'load-tests';
  return {
    name,
    files: globSync(`${folder}/test/**/*.test.ts`, { cwd: root }).toSorted(),
    limitMs: (alone ? 8 : 5) * MINUTE_MS,
    alone,
    needsPage: name === 'standalone' || name === 'web',
  };
}
