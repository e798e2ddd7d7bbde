/** AgentPool: machines of one template for one team (charts/spectral-crds/files/agentpools.yaml). */
import * as v from 'valibot';
import { API_VERSION, conditions, duration, metadata, nameRef } from './fields.ts';
import { ownKind } from './kind.ts';

export const audience = v.picklist(['Shared', 'Private']);

const autoscale = v.object({
  minIdle: v.optional(v.number(), 1),
  maxAgents: v.number(),
  scaleUpStep: v.optional(v.number(), 20),
  scaleDownDelay: v.optional(duration, '10m'),
});

const update = v.object({
  type: v.optional(v.picklist(['OnIdle', 'Never']), 'OnIdle'),
  maxUnavailable: v.optional(v.number(), 1),
  maxDeferral: v.optional(duration, '24h'),
});

const failure = v.object({
  window: v.optional(duration, '1h'),
  budget: v.optional(v.number(), 10),
});

const spec = v.object({
  templateRef: nameRef,
  team: v.string(),
  visibility: v.optional(audience, 'Shared'),
  replicas: v.exactOptional(v.number()),
  autoscale: v.exactOptional(autoscale),
  update: v.optional(update, {}),
  failure: v.optional(failure, {}),
});

const count = v.exactOptional(v.number());
const status = v.object({
  observedGeneration: count,
  desired: count,
  replicas: count,
  ready: count,
  idle: count,
  busy: count,
  asleep: count,
  failed: count,
  updated: count,
  revision: v.exactOptional(v.string()),
  selector: v.exactOptional(v.string()),
  conditions,
});

export const agentPool = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('AgentPool'),
  metadata,
  spec,
  status: v.exactOptional(status),
});

export type AgentPool = v.InferOutput<typeof agentPool>;
export type AgentPoolStatus = v.InferOutput<typeof status>;

export const AGENT_POOLS = ownKind('AgentPool', 'agentpools', agentPool);
