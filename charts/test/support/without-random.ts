/** Secrets that are made while rendering differ each time; what they hold is replaced here. */
import type { Manifest } from './helm.ts';

export function withoutRandom(objects: readonly Manifest[]): Manifest[] {
  return objects.map((object) =>
    object.kind === 'Secret' && isKept(object) ? withPlaceholders(object) : object,
  );
}

function isKept({ metadata }: Manifest): boolean {
  return metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
}

function withPlaceholders(object: Manifest): Manifest {
  const data = Object.keys(object['data'] as object).map((key) => [key, '<made>']);
  return { ...object, data: Object.fromEntries(data) as Record<string, string> };
}
