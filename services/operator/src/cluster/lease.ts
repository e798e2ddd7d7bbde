/** The Lease of coordination.k8s.io, by which operators agree on one leader; and what its words mean. */
import * as v from 'valibot';
import type { Resource } from './cluster.ts';
import type { KubeObject } from './object.ts';
import { objectMeta } from './parse-object.ts';

const leaseSchema = v.object({
  apiVersion: v.literal('coordination.k8s.io/v1'),
  kind: v.literal('Lease'),
  metadata: objectMeta,
  spec: v.optional(
    v.object({
      holderIdentity: v.nullish(v.string(), ''),
      leaseDurationSeconds: v.nullish(v.number(), 0),
      leaseTransitions: v.nullish(v.number(), 0),
      acquireTime: v.nullish(v.string(), ''),
      renewTime: v.nullish(v.string(), ''),
    }),
    {},
  ),
});

export interface Lease extends KubeObject {
  readonly spec: LeaseSpec;
}
export interface LeaseSpec {
  /** Empty when its last holder gave it back. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly leaseTransitions: number;
  /** RFC 3339 with six digits of fraction, as Kubernetes' MicroTime demands. */
  readonly acquireTime: string;
  readonly renewTime: string;
}

export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  parse: (object) => v.parse(leaseSchema, object),
};

/**
 * The number of transitions under a new holder, which is its fence. Beside growing by one it is never less than the
 * minutes since 1970, so that it also grows when the Lease was deleted or the cluster's store was restored.
 */
export function nextTransitions(before: number, now: number): number {
  return Math.max(before + 1, Math.floor(now / 60_000));
}

/** Milliseconds since 1970 as a MicroTime. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
