/** Agent: one machine (charts/spectral-crds/files/agents.yaml). */
import { fleetPhase } from '@spectral/proto/wire';
import * as v from 'valibot';
import { audience } from './agent-pool.ts';
import { API_VERSION, conditions, metadata, nameRef } from './fields.ts';
import { ownKind } from './kind.ts';

const text = v.exactOptional(v.string());
/** RFC 3339. */
const time = text;

export const reuse = v.picklist(['Never', 'SameOwner']);

const spec = v.object({
  poolRef: v.exactOptional(nameRef),
  templateRef: v.exactOptional(nameRef),
  team: v.string(),
  visibility: v.optional(audience, 'Shared'),
  owner: text,
  claimRef: v.exactOptional(
    v.object({ name: v.string(), uid: v.string(), reuse: v.optional(reuse, 'Never') }),
  ),
  mode: v.optional(v.picklist(['Running', 'Hibernated', 'Cordoned']), 'Running'),
  replicas: v.optional(v.number(), 1),
  wakeOn: v.optional(v.picklist(['Prompt', 'Never']), 'Prompt'),
  hold: v.exactOptional(v.object({ until: v.string(), reason: text })),
});

const lastFailure = v.object({ reason: v.string(), message: v.string(), podUID: v.string() });

const status = v.object({
  observedGeneration: v.exactOptional(v.number()),
  phase: v.exactOptional(fleetPhase),
  machineId: text,
  replicas: v.exactOptional(v.number()),
  selector: text,
  podUID: text,
  nodeName: text,
  revision: text,
  used: v.exactOptional(v.boolean()),
  lastTurnEndedAt: time,
  hibernatedAt: time,
  drainingSince: time,
  failures: v.exactOptional(v.array(v.string())),
  backoffUntil: time,
  lastFailure: v.exactOptional(lastFailure),
  conditions,
});

export const agent = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('Agent'),
  metadata,
  spec,
  status: v.exactOptional(status),
});

export type Agent = v.InferOutput<typeof agent>;
export type AgentStatus = v.InferOutput<typeof status>;

export const AGENTS = ownKind('Agent', 'agents', agent);
