/**
 * The deletion of a machine's pod. The proof the plan had is asked for once more; the deletion then carries the pod's
 * uid and the very version that was looked at, so a pod that anyone has touched since stays.
 */
import { keyOf, type Existing } from '../cluster/index.ts';
import { PODS, type Pod } from '../kinds/index.ts';
import { ANNOTATION } from '../objects/labels.ts';
import { cannotRun, type AgentAction, type AgentFacts } from '../plan/index.ts';
import type { Kit } from './kit.ts';

type DeletePod = Extract<AgentAction, { do: 'delete-pod' }>;

/** Does nothing when the proof no longer holds: the next plan knows better. */
export async function endPod(kit: Kit, { agent }: AgentFacts, action: DeletePod): Promise<void> {
  const pod = await provenPod(kit, agent.metadata.uid, action);
  if (pod === null) {
    kit.counters.cordonsRefused += 1;
    return;
  }
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const key = keyOf(agent.metadata.namespace, agent.metadata.name);
  const change = `pod ${uid} ends`;
  kit.expectations.expect(key, change);
  try {
    const precondition = action.proof === 'timeout' ? { uid } : { uid, resourceVersion };
    await kit.cluster.remove(PODS, namespace, name, precondition);
  } catch (error) {
    kit.expectations.settle(key, change);
    throw error;
  }
  kit.counters.podsDeleted += 1;
  if (action.proof === 'timeout') kit.counters.forcedKills += 1;
}

/** The pod in the version that may go; null when it may not. */
async function provenPod(kit: Kit, agentUid: string, action: DeletePod): Promise<Existing<Pod> | null> {
  const { pod, proof, machineId } = action;
  if (proof === 'timeout' || cannotRun(pod)) return pod;
  if (proof === 'no-process') return machineId === null || (await isOffline(kit, machineId)) ? pod : null;
  if (machineId === null) return null;
  if (proof === 'never-enrolled') return (await isStillUnknown(kit, agentUid, machineId)) ? pod : null;
  return drainedPod(kit, pod, machineId);
}

/** Under the fence of right now; noted on the pod before it goes. */
async function drainedPod(kit: Kit, pod: Existing<Pod>, machineId: string): Promise<Existing<Pod> | null> {
  const fence = kit.leader.assertLeading();
  const activity = await kit.relay.cordon(machineId, fence);
  kit.polls.heard(activity);
  if (activity.state !== 'drained' || activity.activity?.cordon !== fence) return null;
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const annotations = { [ANNOTATION.drainedFence]: String(fence) };
  const noted = await kit.cluster.mergePatch(PODS, namespace, name, {
    metadata: { uid, resourceVersion, annotations },
  });
  kit.freshness.wrote(noted);
  return noted;
}

/** The relay has no link to it, as of now. */
async function isOffline(kit: Kit, machineId: string): Promise<boolean> {
  const [activity] = await kit.relay.activity([machineId]);
  return activity?.state === 'unknown' && !activity.linked;
}

async function isStillUnknown(kit: Kit, agentUid: string, machineId: string): Promise<boolean> {
  const [activity] = await kit.relay.activity([machineId]);
  const machine = (await kit.gateway.machines()).find(({ uid }) => uid === agentUid);
  return activity?.state === 'unknown' && activity.lastSeenAt === null && machine?.enrolled !== true;
}
