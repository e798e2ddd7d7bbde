/** What the operator sees of the cluster: every kind it works on, kept in step by watches, filed by what it is looked for. */
import { isDeepStrictEqual } from 'node:util';
import {
  controllerOf,
  keyOf,
  startCache,
  type Cache,
  type Cluster,
  type Existing,
  type ExistingMeta,
  type KubeObject,
} from '../cluster/index.ts';
import {
  AGENTS,
  AGENT_CLAIMS,
  AGENT_POOLS,
  AGENT_TEMPLATES,
  MODEL_POLICIES,
  NETWORK_POLICIES,
  PODS,
  VOLUME_CLAIMS,
  type Agent,
  type AgentClaim,
  type AgentPool,
  type AgentTemplate,
  type ModelPolicy,
  type NetworkPolicy,
  type Pod,
  type VolumeClaim,
} from '../kinds/index.ts';

export interface World {
  /** By `pool` and `template` (keys `namespace/name`), `uid`, and `claim` (uid). */
  readonly agents: Cache<Agent, 'pool' | 'template' | 'uid' | 'claim'>;
  readonly pools: Cache<AgentPool, 'template'>;
  readonly templates: Cache<AgentTemplate>;
  readonly claims: Cache<AgentClaim, 'pool' | 'uid'>;
  readonly policies: Cache<ModelPolicy>;
  /** By uid of the Agent that controls them. */
  readonly pods: Cache<Pod, 'owner'>;
  readonly volumes: Cache<VolumeClaim>;
  readonly networkPolicies: Cache<NetworkPolicy>;
  readonly synced: Promise<unknown>;
  close(): void;
}

/** Called after an object changed; both the new and the old one where there are two. */
export interface WorldListener {
  agent(agent: Existing<Agent>): void;
  pool(pool: Existing<AgentPool>): void;
  template(template: Existing<AgentTemplate>): void;
  claim(claim: Existing<AgentClaim>): void;
  policy(policy: Existing<ModelPolicy>): void;
  /** A pod, volume or network policy of ours. */
  part(part: Existing<KubeObject>): void;
}

/** Objects the operator made carry this; it watches no others of Kubernetes' own kinds. */
const OURS = { 'app.kubernetes.io/managed-by': 'spectral-operator' };

export function startWorld(cluster: Cluster, namespaces: readonly string[], listener: WorldListener): World {
  const agents = startCache(cluster, AGENTS, namespaces, {
    indexes: {
      pool: ({ metadata, spec }) => (spec.poolRef ? [keyOf(metadata.namespace, spec.poolRef.name)] : []),
      template: ({ metadata, spec }) =>
        spec.templateRef ? [keyOf(metadata.namespace, spec.templateRef.name)] : [],
      uid: ({ metadata }) => [metadata.uid],
      claim: ({ spec }) => (spec.claimRef ? [spec.claimRef.uid] : []),
    },
    changed: eitherOf(listener.agent),
  });
  const pools = startCache(cluster, AGENT_POOLS, namespaces, {
    indexes: { template: ({ metadata, spec }) => [keyOf(metadata.namespace, spec.templateRef.name)] },
    changed: beyondStatus(listener.pool),
  });
  const templates = startCache(cluster, AGENT_TEMPLATES, namespaces, {
    indexes: {},
    changed: beyondStatus(listener.template),
  });
  const claims = startCache(cluster, AGENT_CLAIMS, namespaces, {
    indexes: {
      pool: ({ metadata, spec }) => [keyOf(metadata.namespace, spec.poolRef.name)],
      uid: ({ metadata }) => [metadata.uid],
    },
    changed: eitherOf(listener.claim),
  });
  const policies = startCache(cluster, MODEL_POLICIES, namespaces, {
    indexes: {},
    changed: eitherOf(listener.policy),
  });
  const ours = { labels: OURS, changed: eitherOf<KubeObject>(listener.part) };
  const pods = startCache(cluster, PODS, namespaces, { ...ours, indexes: { owner: ownerUid } });
  const volumes = startCache(cluster, VOLUME_CLAIMS, namespaces, { ...ours, indexes: {} });
  const networkPolicies = startCache(cluster, NETWORK_POLICIES, namespaces, { ...ours, indexes: {} });

  const caches = [agents, pools, templates, claims, policies, pods, volumes, networkPolicies];
  return {
    agents,
    pools,
    templates,
    claims,
    policies,
    pods,
    volumes,
    networkPolicies,
    synced: Promise.all(caches.map(({ synced }) => synced)),
    close() {
      for (const cache of caches) cache.close();
    },
  };
}

/** Tells the object as it is, or as it was before it went. */
function eitherOf<T extends KubeObject>(tell: (object: Existing<T>) => void) {
  return (object: Existing<T> | null, before: Existing<T> | null) => {
    const last = object ?? before;
    if (last) tell(last);
  };
}

/** The same, unless only the status changed, which the operator alone writes. */
function beyondStatus<T extends KubeObject>(tell: (object: Existing<T>) => void) {
  return (object: Existing<T> | null, before: Existing<T> | null) => {
    const isNew =
      object === null || before === null || !isSameBesidesStatus(object.metadata, before.metadata);
    const last = object ?? before;
    if (last && isNew) tell(last);
  };
}

function isSameBesidesStatus(one: ExistingMeta, other: ExistingMeta): boolean {
  return (
    one.uid === other.uid &&
    one.generation === other.generation &&
    one.deletionTimestamp === other.deletionTimestamp &&
    isDeepStrictEqual(one.annotations, other.annotations)
  );
}

function ownerUid(pod: Existing<Pod>): string[] {
  const owner = controllerOf(pod);
  return owner?.kind === 'Agent' ? [owner.uid] : [];
}
