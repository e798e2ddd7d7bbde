/** What the relay's word on a machine allows. The relay is the only judge of busy, and what it does not know is busy. */
import type { Pod } from '../kinds/index.ts';
import type { BusyLabel } from '../objects/labels.ts';
import type { AgentFacts } from './agent-facts.ts';
import { timeOf } from './conditions.ts';
import { judgePod } from './judge-pod.ts';

/** What the relay says of the machine now. */
export function stateOf({ activity }: Pick<AgentFacts, 'activity'>): 'idle' | 'busy' | 'drained' | 'unknown' {
  return activity?.state ?? 'unknown';
}

/** What its pod is labelled with. */
export function busyLabelOf(facts: Pick<AgentFacts, 'activity'>): BusyLabel {
  const state = stateOf(facts);
  if (state === 'unknown') return 'unknown';
  return state === 'busy' ? 'true' : 'false';
}

/** Drained under the present leader's own fence: the only word of the relay that lets a process end. */
export function isDrained({ activity, fence }: Pick<AgentFacts, 'activity' | 'fence'>): boolean {
  return activity?.state === 'drained' && activity.activity?.cordon === fence;
}

/** The fence under which it takes no new turn; null while it takes them, or nothing is known. */
export function cordonOf({ activity }: Pick<AgentFacts, 'activity'>): number | null {
  return activity?.activity?.cordon ?? null;
}

/**
 * Whether the pod can go without cutting a turn: drained; or never placed on a node, or over; or without a process by
 * the kubelet's word, or never enrolled, and the relay has no link to it. The kubelet's word alone is not enough, for
 * it may be late. The deletion then carries the version of the pod that said so.
 */
export function mayEnd(facts: Pick<AgentFacts, 'activity' | 'fence' | 'fleet' | 'pods'>): boolean {
  const pod = facts.pods[0];
  if (!pod || isDrained(facts) || cannotRun(pod)) return true;
  if (stateOf(facts) !== 'unknown' || facts.activity === null) return false;
  const { process } = judgePod(pod);
  return process === 'down' || process === 'not-started' || neverEnrolled(facts);
}

/** Nothing of this pod can be running, whatever anyone heard: it was placed nowhere, or has ended. */
export function cannotRun(pod: Pod): boolean {
  const { process, isScheduled } = judgePod(pod);
  return process === 'over' || (process === 'not-started' && !isScheduled);
}

/** The gateway says that its token was never traded, and the relay that it was never there. */
export function neverEnrolled({ fleet, activity }: Pick<AgentFacts, 'fleet' | 'activity'>): boolean {
  if (fleet === 'unknown' || activity === null) return false;
  return (fleet === null || !fleet.enrolled) && activity.lastSeenAt === null;
}

/**
 * Milliseconds since 1970: since when no turn ran or waited; null while one does, or nothing is known. A machine that
 * ran no turn yet is idle since its process runs.
 */
export function idleSince(facts: Pick<AgentFacts, 'activity' | 'pods'>): number | null {
  const state = stateOf(facts);
  const pod = facts.pods[0];
  if ((state !== 'idle' && state !== 'drained') || !pod) return null;
  const runsSince = timeOf(
    judgePod(pod).runsSince ?? pod.status?.startTime ?? pod.metadata.creationTimestamp,
  );
  const lastTurn = facts.activity?.activity?.lastTurnEndedAt ?? null;
  return Math.max(runsSince ?? 0, lastTurn ?? 0);
}

/** Whether anyone ever sent it a prompt, as far as ever known. */
export function wasUsed({ agent, activity }: Pick<AgentFacts, 'agent' | 'activity'>): boolean {
  return agent.status?.used === true || (activity?.activity?.prompts ?? 0) > 0;
}
