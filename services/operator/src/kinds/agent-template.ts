/** AgentTemplate: how the machines of a fleet are built (charts/spectral-crds/files/agenttemplates.yaml). */
import * as v from 'valibot';
import { API_VERSION, conditions, duration, metadata } from './fields.ts';
import { ownKind } from './kind.ts';

const text = v.string();
const texts = v.exactOptional(v.array(text));
const textMap = v.exactOptional(v.record(text, text));
/** Handed to the pod as it is. */
const verbatim = v.record(text, v.unknown());
const quantities = v.exactOptional(v.record(text, v.union([text, v.number()])));

const variable = v.object({
  name: text,
  value: v.exactOptional(text),
  secretKeyRef: v.exactOptional(v.object({ name: text, key: text })),
});

const egress = v.object({
  cidr: v.exactOptional(text),
  except: texts,
  namespace: v.exactOptional(text),
  ports: v.exactOptional(v.array(v.number())),
});

const pod = v.object({
  image: text,
  allowTags: v.exactOptional(v.boolean()),
  imagePullPolicy: v.exactOptional(v.picklist(['Always', 'IfNotPresent', 'Never'])),
  imagePullSecrets: texts,
  resources: v.exactOptional(v.object({ requests: quantities, limits: quantities })),
  env: v.exactOptional(v.array(variable)),
  command: texts,
  args: texts,
  nodeSelector: textMap,
  tolerations: v.exactOptional(v.array(verbatim)),
  affinity: v.exactOptional(verbatim),
  topologySpreadConstraints: v.exactOptional(v.array(verbatim)),
  extraContainers: v.exactOptional(v.array(verbatim)),
  labels: textMap,
  annotations: textMap,
  runtimeClassName: v.exactOptional(text),
  priorityClassName: v.exactOptional(text),
  serviceAccountName: v.exactOptional(text),
  runAsUser: v.optional(v.number(), 10_001),
  terminationGracePeriodSeconds: v.optional(v.number(), 60),
});

const workspace = v.object({
  size: v.optional(text, '10Gi'),
  storageClassName: v.exactOptional(text),
  accessMode: v.optional(v.picklist(['ReadWriteOnce', 'ReadWriteOncePod']), 'ReadWriteOnce'),
  mountPath: v.optional(text, '/workspace'),
  whenDeleted: v.optional(v.picklist(['Delete', 'Retain']), 'Delete'),
});

const isolation = v.object({
  profile: v.optional(v.picklist(['Restricted', 'Baseline', 'Sandboxed']), 'Restricted'),
  networkEgress: v.exactOptional(v.array(egress)),
});

const lifecycle = v.object({
  hibernateAfter: v.exactOptional(duration),
  deleteAfter: v.exactOptional(duration),
  drainTimeout: v.optional(duration, '30m'),
  registerTimeout: v.optional(duration, '5m'),
});

const spec = v.object({
  pod,
  workspace: v.optional(workspace, {}),
  isolation: v.optional(isolation, {}),
  lifecycle: v.optional(lifecycle, {}),
});

const status = v.object({
  observedGeneration: v.exactOptional(v.number()),
  revision: v.exactOptional(text),
  usedBy: v.exactOptional(v.number()),
  conditions,
});

export const agentTemplate = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('AgentTemplate'),
  metadata,
  spec,
  status: v.exactOptional(status),
});

export type AgentTemplate = v.InferOutput<typeof agentTemplate>;
export type AgentTemplateSpec = AgentTemplate['spec'];
export type AgentTemplateStatus = v.InferOutput<typeof status>;
export type EgressRule = v.InferOutput<typeof egress>;

export const AGENT_TEMPLATES = ownKind('AgentTemplate', 'agenttemplates', agentTemplate);
