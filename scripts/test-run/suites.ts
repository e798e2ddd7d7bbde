// Which suites there are: one per workspace that has test files, and one more for tests that need a cluster.

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
  /** Runs helm, or a Kubernetes control plane. */
  readonly needsKubernetes: boolean;
}

const MINUTE_MS = 60_000;

/** What a suite is called, and its files. */
interface Place {
  readonly name: string;
  readonly folders: readonly string[];
}

/** Tests that start a control plane with a fleet on it; the other tests of the operator need no process at all. */
const ON_A_CLUSTER: Place = {
  name: 'operator-on-a-cluster',
  folders: ['services/operator/test/crds', 'services/operator/test/e2e'],
};

/** Every workspace with at least one `test/**\/*.test.ts`, in the order in which they should start. */
export function suitesIn(root: string): Suite[] {
  const services = readdirSync(join(root, 'services')).map((name) => `services/${name}`);
  const folders = ['scripts', 'proto', ...services, 'agent', 'charts', 'k8s', 'load-tests'];
  const places = folders.map((folder) => ({
    name: folder.replace('services/', ''),
    folders: [`${folder}/test`],
  }));
  return [...places, ON_A_CLUSTER]
    .map((place) => suiteAt(root, place))
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

const ALONE = ['standalone', 'load-tests', ON_A_CLUSTER.name];

function suiteAt(root: string, { name, folders }: Place): Suite {
  const alone = ALONE.includes(name);
  return {
    name,
    files: filesIn(root, folders).filter((file) => name === ON_A_CLUSTER.name || !isOnACluster(file)),
    limitMs: (alone ? 8 : 5) * MINUTE_MS,
    alone,
    needsPage: name === 'standalone' || name === 'web',
    needsKubernetes: name.startsWith('operator') || name === 'charts' || name === 'k8s',
  };
}

function filesIn(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root })).toSorted();
}

function isOnACluster(file: string): boolean {
  return ON_A_CLUSTER.folders.some((folder) => file.startsWith(`${folder}/`));
}
