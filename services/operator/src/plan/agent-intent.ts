/**
 * What a machine should come to now. Nothing here acts.
 *
 *   run ──idle for long, or asked──► sleep ──prompt, claim, or asked──► run
 *    │ └──outdated, targeted, ended or not enrolled──► replace ──► run
 *    └──the pool has too many──► retire ──► end        Agent deleted ──► end
 */
import { millisecondsOf } from '../kinds/index.ts';
import { ANNOTATION, LABEL } from '../objects/labels.ts';
import type { AgentFacts } from './agent-facts.ts';
import { conditionOf, timeOf } from './conditions.ts';
import { cordonOf, idleSince, neverEnrolled, stateOf, wasUsed } from './judge-machine.ts';
import { judgePod } from './judge-pod.ts';
import type { Reason } from './reasons.ts';

export type Intent =
  | { readonly kind: 'run' }
  | { readonly kind: 'replace' | 'sleep' | 'retire' | 'end'; readonly reason: Reason }
  | { readonly kind: 'leave'; readonly reason: Reason };

/** So long no turn has run before a machine is swapped: a person who reads an answer is likely to write again. */
export const UPDATE_QUIET_MS = 5_000;

export function intentOf(facts: AgentFacts): Intent {
  const { agent } = facts;
  if (agent.metadata.deletionTimestamp !== undefined) return { kind: 'end', reason: 'Deleted' };
  if (isPaused(facts)) return { kind: 'leave', reason: 'Paused' };
  if (agent.metadata.annotations?.[ANNOTATION.retire] !== undefined && !isHeld(facts))
    return { kind: 'retire', reason: 'Retiring' };
  const sleep = agent.status?.hibernatedAt === undefined ? whySleep(facts) : whySleepOn(facts);
  if (sleep !== null) return { kind: 'sleep', reason: sleep };
  const replace = whyReplace(facts);
  return replace === null ? { kind: 'run' } : { kind: 'replace', reason: replace };
}

function isPaused({ agent, pool }: AgentFacts): boolean {
  return [agent, pool].some((object) => object?.metadata.annotations?.[ANNOTATION.paused] === 'true');
}

/** Until then nothing is done to it by itself. */
export function isHeld({ agent, now }: Pick<AgentFacts, 'agent' | 'now'>): boolean {
  return (timeOf(agent.spec.hold?.until) ?? 0) > now;
}

/** Milliseconds of idleness after which it sleeps; null when it stays awake. Fresh machines of a pool that scales stay. */
export function hibernateAfterMs(facts: AgentFacts): number | null {
  const after = facts.template?.spec.lifecycle.hibernateAfter;
  const isSpare = facts.pool?.spec.autoscale !== undefined && !wasUsed(facts) && !facts.agent.spec.owner;
  return after === undefined || isSpare ? null : millisecondsOf(after);
}

function whySleep(facts: AgentFacts): Reason | null {
  if (facts.agent.spec.mode === 'Hibernated') return 'Requested';
  const [after, since] = [hibernateAfterMs(facts), idleSince(facts)];
  if (after === null || since === null || isHeld(facts) || facts.agent.spec.mode === 'Cordoned') return null;
  return facts.now - since >= after && !wakeRequested(facts) ? 'IdleTimeout' : null;
}

/** Of a machine that sleeps already: null when there is reason to wake. */
function whySleepOn(facts: AgentFacts): Reason | null {
  const { agent, claim } = facts;
  if (agent.spec.mode === 'Hibernated') return 'Requested';
  const hibernated = conditionOf(agent.status?.conditions, 'Hibernated');
  if (hibernated?.status === 'True' && hibernated.reason === 'Requested') return null;
  if (wakeRequested(facts)) return null;
  const claimedAt = timeOf(claim?.metadata.creationTimestamp) ?? 0;
  return claimedAt > (timeOf(agent.status?.hibernatedAt) ?? 0) ? null : 'IdleTimeout';
}

function wakeRequested({ agent, fleet }: AgentFacts): boolean {
  if (fleet === 'unknown' || fleet === null || agent.spec.wakeOn === 'Never') return false;
  return fleet.wakeRequestedAt !== null;
}

function whyReplace(facts: AgentFacts): Reason | null {
  const pod = facts.pods[0];
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return null;
  const { process, trouble, isTargeted } = judgePod(pod);
  if (process === 'over') return trouble?.reason ?? 'ProcessEnded';
  if (registerTimeoutPassed(facts)) return 'RegisterTimeout';
  if (isHeld(facts)) return null;
  if (isTargeted && isQuiet(facts)) return 'Evicted';
  return isOutdated(facts) && facts.mayUpdate && isQuiet(facts) ? 'Updating' : null;
}

/** The pod is of another revision than the template now has. */
export function isOutdated({ pods, revision }: Pick<AgentFacts, 'pods' | 'revision'>): boolean {
  const made = pods[0]?.metadata.labels?.[LABEL.revision];
  return made !== undefined && revision !== null && made !== revision;
}

/** Milliseconds since 1970 from which on people are told that it is still of an older revision; null when it is not. */
export function deferredFrom(facts: AgentFacts): number | null {
  const upToDate = conditionOf(facts.agent.status?.conditions, 'UpToDate');
  if (!isOutdated(facts) || facts.pool?.spec.update.type === 'Never' || upToDate?.status !== 'False')
    return null;
  const maxDeferralMs = millisecondsOf(facts.pool?.spec.update.maxDeferral ?? '24h');
  return (timeOf(upToDate.lastTransitionTime) ?? facts.now) + maxDeferralMs;
}

export function isDeferred(facts: AgentFacts): boolean {
  const from = deferredFrom(facts);
  return from !== null && from <= facts.now;
}

/** Nobody is likely to be at work: no turn for a while, or a process that takes none. */
function isQuiet(facts: AgentFacts): boolean {
  const pod = facts.pods[0];
  if (!pod) return true;
  const { process } = judgePod(pod);
  if (process === 'not-started' || process === 'down') return stateOf(facts) === 'unknown';
  if (neverEnrolled(facts)) return true;
  const since = idleSince(facts);
  const alreadyCordoned = cordonOf(facts) !== null;
  return since !== null && (alreadyCordoned || facts.now - since >= UPDATE_QUIET_MS);
}

/** Its process runs, and for too long nobody heard of it. A machine that had enrolled is only waited for. */
function registerTimeoutPassed(facts: AgentFacts): boolean {
  const pod = facts.pods[0];
  const since = pod ? timeOf(judgePod(pod).runsSince) : null;
  const limit = registerTimeoutMs(facts);
  return since !== null && neverEnrolled(facts) && stateOf(facts) === 'unknown' && facts.now - since >= limit;
}

export function registerTimeoutMs({ template }: Pick<AgentFacts, 'template'>): number {
  return millisecondsOf(template?.spec.lifecycle.registerTimeout ?? '5m');
}

export function drainTimeoutMs({ template }: Pick<AgentFacts, 'template'>): number {
  return millisecondsOf(template?.spec.lifecycle.drainTimeout ?? '30m');
}
