/** What the operator sees of the cluster: every kind it works on, kept in step by watches, filed by what it is looked for. */
import { isDeepStrictEqual } from 'node:util';
import {
  controllerOf,
  keyOf,
  startCache,
  type Cache,
  type CacheOptions,
  type Cluster,
  type Existing,
  type ExistingMeta,
  type KubeObject,
  type Resource,
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
  /** Before the above: of whatever kind it was, there is no object of this uid any more. */
  gone(uid: string): void;
}

/** Objects the operator made carry this; it watches no others of Kubernetes' own kinds. */
const OURS = { 'app.kubernetes.io/managed-by': 'spectral-operator' };

export function startWorld(cluster: Cluster, namespaces: readonly string[], listener: WorldListener): World {
  const watch = <T extends KubeObject, Index extends string = never>(
    resource: Resource<T>,
    { changed, ...options }: CacheOptions<T, Index> & { readonly changed: Changed<T> },
  ) =>
    startCache(cluster, resource, namespaces, {
      ...options,
      changed(object, before) {
        if (before && before.metadata.uid !== object?.metadata.uid) listener.gone(before.metadata.uid);
        changed(object, before);
      },
    });
  const agents = watch(AGENTS, {
    indexes: {
      pool: ({ metadata, spec }) => (spec.poolRef ? [keyOf(metadata.namespace, spec.poolRef.name)] : []),
      template: ({ metadata, spec }) =>
        spec.templateRef ? [keyOf(metadata.namespace, spec.templateRef.name)] : [],
      uid: ({ metadata }) => [metadata.uid],
      claim: ({ spec }) => (spec.claimRef ? [spec.claimRef.uid] : []),
    },
    changed: eitherOf(listener.agent),
  });
  const pools = watch(AGENT_POOLS, {
    indexes: { template: ({ metadata, spec }) => [keyOf(metadata.namespace, spec.templateRef.name)] },
    changed: beyondStatus(listener.pool),
  });
  const templates = watch(AGENT_TEMPLATES, {
    indexes: {},
    changed: beyondStatus(listener.template),
  });
  const claims = watch(AGENT_CLAIMS, {
    indexes: {
      pool: ({ metadata, spec }) => [keyOf(metadata.namespace, spec.poolRef.name)],
      uid: ({ metadata }) => [metadata.uid],
    },
    changed: eitherOf(listener.claim),
  });
  const policies = watch(MODEL_POLICIES, {
    indexes: {},
    changed: eitherOf(listener.policy),
  });
  const ours = { labels: OURS, changed: eitherOf<KubeObject>(listener.part) };
  const pods = watch(PODS, { ...ours, indexes: { owner: ownerUid } });
  const volumes = watch(VOLUME_CLAIMS, { ...ours, indexes: {} });
  const networkPolicies = watch(NETWORK_POLICIES, { ...ours, indexes: {} });

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

type Changed<T extends KubeObject> = NonNullable<CacheOptions<T, never>['changed']>;

/** Tells the object as it is, or as it was before it went. */
function eitherOf<T extends KubeObject>(tell: (object: Existing<T>) => void): Changed<T> {
  return (object, before) => {
    const last = object ?? before;
    if (last) tell(last);
  };
}

/** The same, unless only the status changed, which the operator alone writes. */
function beyondStatus<T extends KubeObject>(tell: (object: Existing<T>) => void): Changed<T> {
  return (object, before) => {
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
