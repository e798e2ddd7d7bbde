/** Which packages a workspace needs to run, by package-lock.json: dependencies of dependencies, none for development. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly link?: boolean;
  readonly resolved?: string;
}

/** Names of the packages at the top of node_modules. `workspace` is a folder, such as `services/relay`. */
export function productionPackages(root: string, workspace: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockEntry>>;
  };
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const entry = lock.packages[path] ?? {};
    if (entry.link) return visit(entry.resolved ?? '');
    const needed = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    for (const name of Object.keys(needed)) {
      const found = resolve(lock.packages, path, name);
      if (found !== null) visit(found);
    }
  };
  visit(workspace);
  const top = [...seen].filter(
    (path) => path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0,
  );
  return top.map((path) => path.slice('node_modules/'.length));
}

/** As Node looks for it: beside the package, then further up. */
function resolve(packages: Readonly<Record<string, LockEntry>>, from: string, name: string): string | null {
  const steps = from.split('/');
  for (let length = steps.length; length >= 0; length -= 1) {
    const path = [...steps.slice(0, length), 'node_modules', name].join('/');
    if (path in packages) return path;
  }
  return null;
}
