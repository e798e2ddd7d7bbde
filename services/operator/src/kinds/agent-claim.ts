/** AgentClaim: asks a pool for one machine (charts/spectral-crds/files/agentclaims.yaml). */
import * as v from 'valibot';
import { reuse } from './agent.ts';
import { API_VERSION, conditions, duration, identityRef, metadata, nameRef } from './fields.ts';
import { ownKind } from './kind.ts';

const spec = v.object({
  poolRef: nameRef,
  requestedBy: v.string(),
  ttl: v.exactOptional(duration),
  idleTtl: v.exactOptional(duration),
  reuse: v.optional(reuse, 'Never'),
});

const status = v.object({
  observedGeneration: v.exactOptional(v.number()),
  phase: v.exactOptional(v.picklist(['Pending', 'Bound', 'Expired'])),
  agentRef: v.exactOptional(identityRef),
  machineId: v.exactOptional(v.string()),
  boundAt: v.exactOptional(v.string()),
  waitedMs: v.exactOptional(v.number()),
  expiresAt: v.exactOptional(v.string()),
  conditions,
});

export const agentClaim = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('AgentClaim'),
  metadata,
  spec,
  status: v.exactOptional(status),
});

export type AgentClaim = v.InferOutput<typeof agentClaim>;
export type AgentClaimStatus = v.InferOutput<typeof status>;

export const AGENT_CLAIMS = ownKind('AgentClaim', 'agentclaims', agentClaim);
