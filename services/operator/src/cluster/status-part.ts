/** What goes to the status subresource: anything else there would be refused or, worse, owned. */
import type { KubeObject } from './object.ts';

export function statusAlone(object: Pick<KubeObject, 'metadata'>): object {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    metadata: { name, namespace, uid, resourceVersion },
    status: 'status' in object ? object.status : {},
  };
}
