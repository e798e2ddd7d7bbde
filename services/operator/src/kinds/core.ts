/** The kinds of Kubernetes that machines are made of: what the operator reads of them, and what it writes. */
import * as v from 'valibot';
import { metadata } from './fields.ts';
import { resourceOf } from './kind.ts';

const text = v.exactOptional(v.string());
/** Written by us and never looked into again. */
const verbatim = v.record(v.string(), v.unknown());

const containerStatus = v.object({
  name: v.string(),
  ready: v.optional(v.boolean(), false),
  restartCount: v.optional(v.number(), 0),
  state: v.optional(
    v.object({
      waiting: v.exactOptional(v.object({ reason: text, message: text })),
      running: v.exactOptional(v.object({ startedAt: text })),
      terminated: v.exactOptional(
        v.object({ reason: text, message: text, exitCode: v.exactOptional(v.number()), finishedAt: text }),
      ),
    }),
    {},
  ),
  lastState: v.exactOptional(
    v.object({
      terminated: v.exactOptional(
        v.object({ reason: text, exitCode: v.exactOptional(v.number()), finishedAt: text }),
      ),
    }),
  ),
});

const podStatus = v.object({
  phase: text,
  reason: text,
  message: text,
  startTime: text,
  conditions: v.exactOptional(
    v.array(
      v.object({
        type: v.string(),
        status: v.string(),
        reason: text,
        message: text,
        lastTransitionTime: text,
      }),
    ),
  ),
  containerStatuses: v.exactOptional(v.array(containerStatus)),
});

const pod = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('Pod'),
  metadata,
  spec: v.looseObject({ nodeName: text }),
  status: v.exactOptional(podStatus),
});
export type Pod = v.InferOutput<typeof pod>;
export const PODS = resourceOf({ group: '', version: 'v1', kind: 'Pod', plural: 'pods' }, pod);

const volumeClaim = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('PersistentVolumeClaim'),
  metadata,
  spec: verbatim,
  status: v.exactOptional(v.object({ phase: text })),
});
export type VolumeClaim = v.InferOutput<typeof volumeClaim>;
export const VOLUME_CLAIMS = resourceOf(
  { group: '', version: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims' },
  volumeClaim,
);

const secret = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('Secret'),
  metadata,
  type: text,
  /** What a Secret holds is written and never read. */
  stringData: v.exactOptional(v.record(v.string(), v.string())),
});
export type Secret = v.InferOutput<typeof secret>;
export const SECRETS = resourceOf({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets' }, secret);

const networkPolicy = v.object({
  apiVersion: v.literal('networking.k8s.io/v1'),
  kind: v.literal('NetworkPolicy'),
  metadata,
  spec: verbatim,
});
export type NetworkPolicy = v.InferOutput<typeof networkPolicy>;
export const NETWORK_POLICIES = resourceOf(
  { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies' },
  networkPolicy,
);

const disruptionBudget = v.object({
  apiVersion: v.literal('policy/v1'),
  kind: v.literal('PodDisruptionBudget'),
  metadata,
  spec: verbatim,
});
export type DisruptionBudget = v.InferOutput<typeof disruptionBudget>;
export const DISRUPTION_BUDGETS = resourceOf(
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  disruptionBudget,
);
