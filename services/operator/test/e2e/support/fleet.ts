/** The fleet as its platform engineer sees it: objects made, changed and looked at through the API. */
import { ApiError, MERGE_PATCH, type ApiClient, type KubeJson } from '../../support/api-server-client.ts';
import { FLEET_NAMESPACE } from './chart.ts';

const apiVersion = 'spectral.dev/v1alpha1';
const OURS = `/apis/${apiVersion}/namespaces/${FLEET_NAMESPACE}`;
const CORE = `/api/v1/namespaces/${FLEET_NAMESPACE}`;
export const IMAGE = `registry.example.com/agent@sha256:${'1'.repeat(64)}`;

export interface AgentJson extends KubeJson {
  readonly spec: { readonly owner?: string; readonly poolRef?: { readonly name: string } };
  readonly status?: {
    readonly phase?: string;
    readonly machineId?: string;
    readonly revision?: string;
    readonly conditions?: readonly ConditionJson[];
  };
}

export interface ConditionJson {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message?: string;
}

export interface PoolJson extends KubeJson {
  readonly status?: {
    readonly ready?: number;
    readonly busy?: number;
    readonly replicas?: number;
    readonly updated?: number;
    readonly conditions?: readonly ConditionJson[];
  };
}

export type Plural = 'agents' | 'agentpools' | 'agenttemplates' | 'agentclaims' | 'modelpolicies';

export interface Fleet {
  /** A template whose spec is this beside its image. */
  makeTemplate(name: string, spec?: Readonly<Record<string, unknown>>): Promise<void>;
  makePool(name: string, spec: Readonly<Record<string, unknown>>): Promise<void>;
  make(plural: Plural, kind: string, name: string, spec: unknown): Promise<KubeJson>;
  change(plural: Plural, name: string, patch: unknown): Promise<KubeJson>;
  remove(plural: Plural, name: string): Promise<void>;
  pool(name: string): Promise<PoolJson>;
  claim(name: string): Promise<KubeJson>;
  /** Null when there is none of that name. */
  agent(name: string): Promise<AgentJson | null>;
  /** All, or those of a pool. */
  agents(pool?: string): Promise<AgentJson[]>;
  pods(pool?: string): Promise<KubeJson[]>;
  /** Volume claims, Secrets or the like. */
  list(plural: 'persistentvolumeclaims' | 'secrets'): Promise<KubeJson[]>;
  /** As a drain of its node does it. Resolves with the HTTP status. */
  evict(pod: string): Promise<number>;
}

export function fleetOf(admin: ApiClient): Fleet {
  const make = (plural: Plural, kind: string, name: string, spec: unknown) =>
    admin.create(`${OURS}/${plural}`, { apiVersion, kind, metadata: { name }, spec });
  const inPool = (pool: string | undefined) => (pool ? `?labelSelector=spectral.dev/pool=${pool}` : '');
  return {
    make,
    makeTemplate: async (name, spec = {}) =>
      void (await make('agenttemplates', 'AgentTemplate', name, { pod: { image: IMAGE }, ...spec })),
    makePool: async (name, spec) => void (await make('agentpools', 'AgentPool', name, spec)),
    change: (plural, name, patch) => admin.patch(`${OURS}/${plural}/${name}`, MERGE_PATCH, patch),
    remove: async (plural, name) => void (await admin.remove(`${OURS}/${plural}/${name}`)),
    pool: (name): Promise<PoolJson> => admin.get(`${OURS}/agentpools/${name}`),
    claim: (name) => admin.get(`${OURS}/agentclaims/${name}`),
    agent: async (name) => (await orNull(admin.get(`${OURS}/agents/${name}`))) as AgentJson | null,
    async agents(pool) {
      const all = (await admin.list(`${OURS}/agents`)) as AgentJson[];
      return pool === undefined ? all : all.filter(({ spec }) => spec.poolRef?.name === pool);
    },
    pods: (pool) => admin.list(`${CORE}/pods${inPool(pool)}`),
    list: (plural) => admin.list(`${CORE}/${plural}`),
    async evict(pod) {
      const eviction = {
        apiVersion: 'policy/v1beta1',
        kind: 'Eviction',
        metadata: { name: pod, namespace: FLEET_NAMESPACE },
      };
      try {
        await admin.create(`${CORE}/pods/${pod}/eviction`, eviction);
        return 201;
      } catch (error) {
        if (error instanceof ApiError) return error.status;
        throw error;
      }
    },
  };
}

async function orNull(found: Promise<KubeJson>): Promise<KubeJson | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return null;
    throw error;
  }
}

/** A condition of an object, or undefined. */
export function conditionOf(object: KubeJson | null, type: string): ConditionJson | undefined {
  const status = object?.['status'] as { readonly conditions?: readonly ConditionJson[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}
