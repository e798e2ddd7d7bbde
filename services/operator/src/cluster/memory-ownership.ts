/** Who owns which fields of an object, and what that means for a write: server-side apply as a pure function. */
import { isDeepStrictEqual } from 'node:util';
import { setField, type Fields } from './memory-fields.ts';

/** Paths by manager. Applying and writing otherwise are two managers, even under one name. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

export interface Owned {
  readonly fields: Fields;
  readonly owners: Owners;
}

/** The owner as which `manager` applies to the object or to its status. */
export function applier(manager: string, part: 'object' | 'status'): string {
  return `${manager} (apply, ${part})`;
}

/** The owner as which `manager` creates and patches. */
export function updater(manager: string): string {
  return `${manager} (update)`;
}

/** Other owners of fields that `wanted` would change. */
export function ownersInTheWay({ fields, owners }: Owned, wanted: Fields, owner: string): string[] {
  const changed = [...wanted].filter(([path, value]) => !isDeepStrictEqual(fields.get(path), value));
  return [...owners]
    .filter(([other, paths]) => other !== owner && changed.some(([path]) => paths.has(path)))
    .map(([other]) => other);
}

/** `owner` now says exactly `wanted`: what it said before and says no more goes, unless another one says it too. */
export function applied({ fields, owners }: Owned, wanted: Fields, owner: string): Owned {
  const next: Fields = new Map(fields);
  const others = new Map([...owners].filter(([other]) => other !== owner));
  for (const path of owners.get(owner) ?? []) {
    if (!wanted.has(path) && ![...others.values()].some((paths) => paths.has(path))) next.delete(path);
  }
  const taken = [...wanted].filter(([path, value]) => !isDeepStrictEqual(fields.get(path), value));
  for (const [path, value] of wanted) setField(next, path, value);
  const left = withoutPaths(others, new Set(taken.map(([path]) => path)));
  return { fields: next, owners: left.set(owner, new Set(wanted.keys())) };
}

/** The fields were written to `next`: those that changed are now the writer's. */
export function written({ fields, owners }: Owned, next: Fields, owner: string): Owned {
  const paths = new Set([...fields.keys(), ...next.keys()]);
  const changed = [...paths].filter((path) => !isDeepStrictEqual(fields.get(path), next.get(path)));
  const left = withoutPaths(owners, new Set(changed));
  const mine = [...(left.get(owner) ?? []), ...changed.filter((path) => next.has(path))];
  return { fields: next, owners: left.set(owner, new Set(mine)) };
}

function withoutPaths(owners: Owners, paths: ReadonlySet<string>): Map<string, ReadonlySet<string>> {
  return new Map(
    [...owners].map(([owner, owned]) => [owner, new Set([...owned].filter((path) => !paths.has(path)))]),
  );
}
