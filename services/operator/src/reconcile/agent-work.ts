/** Does the steps of a machine's plan. Whatever may have changed since the plan was made is made sure of right before. */
import { keyOf, type Existing } from '../cluster/index.ts';
import { AGENTS, PODS, SECRETS, VOLUME_CLAIMS, type Agent, type Pod } from '../kinds/index.ts';
import { agentPod } from '../objects/agent-pod.ts';
import { enrolmentSecret } from '../objects/enrolment-secret.ts';
import { ANNOTATION, MANAGER, REVOKE_FINALIZER, busyMarks } from '../objects/labels.ts';
import { workspaceVolume } from '../objects/workspace.ts';
import type { AgentAction, AgentFacts } from '../plan/index.ts';
import type { Kit } from './kit.ts';
import { endPod } from './pod-end.ts';

/** Throws what the cluster, the gateway or the relay threw. */
export async function doAgentAction(kit: Kit, facts: AgentFacts, action: AgentAction): Promise<void> {
  const { agent } = facts;
  switch (action.do) {
    case 'add-finalizer':
      return changeAgent(kit, agent, {
        finalizers: [...(agent.metadata.finalizers ?? []), REVOKE_FINALIZER],
      });
    case 'create-volume':
      return createVolume(kit, facts);
    case 'apply-budget':
      return kit.guards.ensure(agent, 'agent');
    case 'start-pod':
      return startPod(kit, facts);
    case 'renew-enrolment':
      return renewEnrolment(kit, facts, action.pod);
    case 'mark-busy':
      return changePod(kit, action.pod, busyMarks(action.busy));
    case 'cordon':
      return kit.polls.heard(await kit.relay.cordon(action.machineId, kit.leader.assertLeading()));
    case 'uncordon':
      return uncordon(kit, action);
    case 'delete-pod':
      return endPod(kit, facts, action);
    case 'delete-agent':
      return removeAgent(kit, agent);
    case 'keep-agent':
      return changeAgent(kit, agent, { annotations: { [ANNOTATION.retire]: null } });
    case 'revoke':
      await kit.gateway.revoke(action.machineId);
      kit.counters.machinesRevoked += 1;
      return;
    case 'release-volume': {
      const { namespace, name, uid } = action.volume.metadata;
      await kit.cluster.mergePatch(VOLUME_CLAIMS, namespace, name, {
        metadata: { uid, ownerReferences: null },
      });
      return;
    }
    case 'drop-finalizer':
      return changeAgent(kit, agent, {
        finalizers: (agent.metadata.finalizers ?? []).filter((finalizer) => finalizer !== REVOKE_FINALIZER),
      });
  }
}

async function createVolume({ cluster, expectations }: Kit, { agent, template }: AgentFacts): Promise<void> {
  if (!template) return;
  const volume = workspaceVolume(agent, template);
  const key = keyOf(agent.metadata.namespace, agent.metadata.name);
  await expecting(expectations, key, `volume ${volume.metadata.name}`, () =>
    cluster.create(VOLUME_CLAIMS, volume),
  );
}

async function startPod(kit: Kit, facts: AgentFacts): Promise<void> {
  const { agent, template, revision } = facts;
  if (!template || revision === null) return;
  const { namespace, name } = agent.metadata;
  const expiresAt = await giveToken(kit, facts);
  const wanted = {
    agent,
    template,
    revision,
    gatewayUrl: kit.agentGatewayUrl,
    enrolmentExpiresAt: expiresAt,
  };
  await expecting(kit.expectations, keyOf(namespace, name), `pod ${name}`, () =>
    kit.cluster.create(PODS, agentPod(wanted)),
  );
  kit.counters.podsStarted += 1;
}

async function renewEnrolment(kit: Kit, facts: AgentFacts, pod: Existing<Pod>): Promise<void> {
  const expiresAt = await giveToken(kit, facts);
  await changePod(kit, pod, { annotations: { [ANNOTATION.enrolmentExpires]: expiresAt } });
}

/** Lays a new token into the machine's Secret. Gives when it ends. */
async function giveToken({ gateway, cluster, polls }: Kit, { agent, fleet }: AgentFacts): Promise<string> {
  const { metadata, spec } = agent;
  const pool = spec.poolRef?.name ?? metadata.name;
  const enrolment = await gateway.enrol({
    uid: metadata.uid,
    name: metadata.name,
    team: spec.team,
    pool,
    visibility: spec.visibility === 'Private' ? 'PRIVATE' : 'SHARED',
  });
  if (fleet === null || fleet === 'unknown') {
    const { machineId } = enrolment;
    const made = {
      machineId,
      uid: metadata.uid,
      pool,
      phase: 'pending',
      enrolled: false,
      wakeRequestedAt: null,
    } as const;
    polls.made(made);
  }
  const secret = enrolmentSecret(agent, enrolment.enrolmentToken);
  await cluster.apply(SECRETS, secret, { manager: MANAGER, force: true });
  return enrolment.expiresAt;
}

/** The pod changes first: a deletion that an older leader has under way then meets another version, and fails. */
async function uncordon(
  kit: Kit,
  { machineId, pod }: Extract<AgentAction, { do: 'uncordon' }>,
): Promise<void> {
  const fence = kit.leader.assertLeading();
  const annotations = { [ANNOTATION.drainedFence]: null, [ANNOTATION.uncordonedFence]: String(fence) };
  await changePod(kit, pod, { annotations });
  kit.polls.heard(await kit.relay.uncordon(machineId, fence));
}

async function removeAgent({ cluster, counters }: Kit, agent: Existing<Agent>): Promise<void> {
  const { namespace, name, uid, resourceVersion } = agent.metadata;
  await cluster.remove(AGENTS, namespace, name, { uid, resourceVersion });
  counters.agentsRetired += 1;
}

interface MetadataChange {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

async function changeAgent(
  { cluster, freshness }: Kit,
  agent: Existing<Agent>,
  change: MetadataChange & { readonly finalizers?: readonly string[] },
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = agent.metadata;
  freshness.wrote(
    await cluster.mergePatch(AGENTS, namespace, name, { metadata: { uid, resourceVersion, ...change } }),
  );
}

async function changePod(
  { cluster, freshness }: Kit,
  pod: Existing<Pod>,
  change: MetadataChange,
): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  freshness.wrote(await cluster.mergePatch(PODS, namespace, name, { metadata: { uid, ...change } }));
}

async function expecting(
  expectations: Kit['expectations'],
  key: string,
  change: string,
  call: () => Promise<unknown>,
): Promise<void> {
  expectations.expect(key, change);
  try {
    await call();
  } catch (error) {
    expectations.settle(key, change);
    throw error;
  }
}
