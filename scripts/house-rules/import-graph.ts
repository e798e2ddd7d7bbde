// Which file of ours imports which, with package names resolved to files.

import { posix } from 'node:path';
import type { SourceFile } from './source-file.ts';

export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** The specifier as it is written. */
  readonly written: string;
}

/** File that each of our package specifiers stands for, such as `@spectral/proto/wire` → `proto/wire/index.ts`. */
export type Faces = ReadonlyMap<string, string>;

/** Every import of a file of ours by a file of ours; imports of npm packages and of assets are left out. */
export function importEdges(sources: readonly SourceFile[], faces: Faces): ImportEdge[] {
  const known = new Set(sources.map((source) => source.path));
  return sources.flatMap((source) =>
    source.imports.flatMap(({ text, line }) => {
      const to = text.startsWith('.') ? posix.join(posix.dirname(source.path), text) : faces.get(text);
      return to !== undefined && known.has(to) ? [{ from: source.path, to, line, written: text }] : [];
    }),
  );
}

/**
 * Every ring of imports, each as the files of one strongly connected component (Tarjan, 1972), sorted.
 * A file that imports itself is a ring of one.
 */
export function importRings(edges: readonly ImportEdge[]): string[][] {
  const targets = Map.groupBy(edges, (edge) => edge.from);
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const rings: string[][] = [];

  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    let low = own;
    stack.push(file);
    for (const { to } of targets.get(file) ?? []) {
      if (!index.has(to)) low = Math.min(low, visit(to));
      else if (stack.includes(to)) low = Math.min(low, lowest.get(to) ?? index.get(to) ?? low);
    }
    lowest.set(file, low);
    if (low === own) rings.push(stack.splice(stack.indexOf(file)));
    return low;
  };

  for (const file of targets.keys()) if (!index.has(file)) visit(file);
  const importsItself = (file: string): boolean => (targets.get(file) ?? []).some((edge) => edge.to === file);
  return rings.filter((ring) => ring.length > 1 || ring.some(importsItself)).map((ring) => ring.toSorted());
}
