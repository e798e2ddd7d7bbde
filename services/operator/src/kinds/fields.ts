/** Fields that several kinds share, as they are read. */
import * as v from 'valibot';
import { objectMeta, type ObjectMeta } from '../cluster/index.ts';
import { durationMs } from './duration.ts';

export const GROUP = 'spectral.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const metadata: v.GenericSchema<unknown, ObjectMeta> = objectMeta;

/** A reference by name within the namespace. */
export const nameRef = v.object({ name: v.string() });
export const identityRef = v.object({ name: v.string(), uid: v.string() });

/** A length of time such as `1h30m`, kept as text; `durationMs` reads it. */
export const duration = v.pipe(
  v.string(),
  v.check((text) => durationMs(text) !== null, 'give a length of time such as 90s, 30m or 1h30m'),
);

export const conditionStatus = v.picklist(['True', 'False', 'Unknown']);
export type ConditionStatus = v.InferOutput<typeof conditionStatus>;

/** One judgement about an object, as in every kind of Kubernetes. */
export const condition = v.object({
  type: v.string(),
  status: conditionStatus,
  reason: v.string(),
  message: v.exactOptional(v.string()),
  observedGeneration: v.exactOptional(v.number()),
  /** RFC 3339: when `status` last changed. */
  lastTransitionTime: v.string(),
});
export type Condition = v.InferOutput<typeof condition>;
export const conditions = v.exactOptional(v.array(condition));
