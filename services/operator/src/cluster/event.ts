/** The Event of the core group: what kubectl shows under an object. Every supported version of Kubernetes serves it. */
import * as v from 'valibot';
import type { Resource } from './cluster.ts';
import type { KubeObject } from './object.ts';
import { objectMeta } from './parse-object.ts';

const eventSchema = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('Event'),
  metadata: objectMeta,
  involvedObject: v.object({
    apiVersion: v.string(),
    kind: v.string(),
    namespace: v.string(),
    name: v.string(),
    uid: v.string(),
  }),
  type: v.picklist(['Normal', 'Warning']),
  reason: v.string(),
  message: v.string(),
  count: v.number(),
  firstTimestamp: v.string(),
  lastTimestamp: v.string(),
  source: v.object({ component: v.string() }),
});

export interface KubeEvent extends KubeObject, Readonly<Occurrence> {
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly count: number;
  /** RFC 3339 in whole seconds. */
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string };
}

/** What happened to an object. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one of few. */
  readonly reason: string;
  /** For a person; up to MAX_MESSAGE characters are kept. */
  readonly message: string;
}

export const MAX_MESSAGE = 1_000;

export const events: Resource<KubeEvent> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  parse: (object) => v.parse(eventSchema, object),
};

/** Milliseconds since 1970 as Kubernetes' Time: whole seconds. */
export function kubeTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
