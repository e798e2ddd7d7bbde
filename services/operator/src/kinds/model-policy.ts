/** ModelPolicy: which models teams may use (charts/spectral-crds/files/modelpolicies.yaml). */
import * as v from 'valibot';
import { API_VERSION, conditions, metadata } from './fields.ts';
import { ownKind } from './kind.ts';

const texts = v.array(v.string());

const spec = v.object({ teams: texts, allow: texts, deny: v.exactOptional(texts) });

const status = v.object({
  observedGeneration: v.exactOptional(v.number()),
  granted: v.exactOptional(v.number()),
  unmatched: v.exactOptional(texts),
  conditions,
});

export const modelPolicy = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('ModelPolicy'),
  metadata,
  spec,
  status: v.exactOptional(status),
});

export type ModelPolicy = v.InferOutput<typeof modelPolicy>;
export type ModelPolicyStatus = v.InferOutput<typeof status>;

export const MODEL_POLICIES = ownKind('ModelPolicy', 'modelpolicies', modelPolicy);
