/** An object as a cluster gives it, of no kind in particular. */
import type { Existing, ExistingMeta, KubeObject } from '../../src/cluster/index.ts';

export function anObject(name: string, metadata: Partial<ExistingMeta> = {}): Existing<KubeObject> {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: {
      name,
      namespace: 'fleet',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
  };
}
