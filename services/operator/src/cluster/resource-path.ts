/** Where the API server keeps objects of a kind. */
import type { Resource } from './cluster.ts';
import type { KubeObject } from './object.ts';

/** The path of all objects of a kind in a namespace, or of the one of that name, or of a part of it such as `status`. */
export function resourcePath(
  { group, version, plural }: Resource<KubeObject>,
  namespace: string,
  ...rest: string[]
): string {
  const root = group === '' ? ['api', version] : ['apis', group, version];
  return ['', ...root, 'namespaces', namespace, plural, ...rest].map(encodeURIComponent).join('/');
}

/** The text of a label selector that asks for all of these. */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
}
