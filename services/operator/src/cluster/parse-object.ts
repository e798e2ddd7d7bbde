/** Reading what an API server sent. Schemas of kinds put `objectMeta` at `metadata`. */
import * as v from 'valibot';
import type { Existing, KubeObject } from './object.ts';

const texts = v.record(v.string(), v.string());

/** The metadata we use; everything else in it, such as managedFields, is left behind. */
export const objectMeta = v.object({
  name: v.string(),
  namespace: v.exactOptional(v.string()),
  labels: v.exactOptional(texts),
  annotations: v.exactOptional(texts),
  finalizers: v.exactOptional(v.array(v.string())),
  ownerReferences: v.exactOptional(
    v.array(
      v.object({
        apiVersion: v.string(),
        kind: v.string(),
        name: v.string(),
        uid: v.string(),
        controller: v.exactOptional(v.boolean()),
        blockOwnerDeletion: v.exactOptional(v.boolean()),
      }),
    ),
  ),
  uid: v.exactOptional(v.string()),
  resourceVersion: v.exactOptional(v.string()),
  generation: v.exactOptional(v.number()),
  creationTimestamp: v.exactOptional(v.string()),
  deletionTimestamp: v.exactOptional(v.string()),
  deletionGracePeriodSeconds: v.exactOptional(v.number()),
});

/** Whether an object has what each object in a cluster has. */
export function isExisting<T extends KubeObject>(object: T): object is Existing<T> {
  const { namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return [namespace, uid, resourceVersion, creationTimestamp].every((fact) => typeof fact === 'string');
}
