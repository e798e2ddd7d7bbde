/** When time alone may change the plan of a machine. */
import { MACHINE_TOKEN_LIFE_MS } from '@spectral/proto/wire';
import type { AgentStatus } from '../kinds/index.ts';
import { ANNOTATION } from '../objects/labels.ts';
import type { AgentFacts } from './agent-facts.ts';
import {
  UPDATE_QUIET_MS,
  deferredFrom,
  drainTimeoutMs,
  hibernateAfterMs,
  isOutdated,
  registerTimeoutMs,
} from './agent-intent.ts';
import { RENEW_BEFORE_MS, type Steps } from './agent-steps.ts';
import { timeOf } from './conditions.ts';
import { idleSince, stateOf } from './judge-machine.ts';
import { judgePod, placelessFrom } from './judge-pod.ts';

/** How often a machine looks whether the others of its pool let it go on. */
const OTHERS_MS = 5_000;

/** Milliseconds until then; null for never. */
export function lookAgainMs(facts: AgentFacts, status: AgentStatus, { blocked }: Steps): number | null {
  const { agent, now, obstacle } = facts;
  const due = [
    timeOf(agent.spec.hold?.until),
    timeOf(status.backoffUntil),
    deferredFrom(facts),
    blocked === null ? null : (obstacle?.until ?? null),
    waitsForOthers(facts, blocked) ? now + OTHERS_MS : null,
    ...idleTimes(facts),
    ...startTimes(facts),
    ...endTimes(facts),
  ];
  const ahead = due.filter((time): time is number => time !== null && time > now);
  return ahead.length === 0 ? null : Math.min(...ahead) - now;
}

/** What it waits for happens to other machines: that they are swapped, or that their failures are forgotten. */
function waitsForOthers(facts: AgentFacts, blocked: Steps['blocked']): boolean {
  if (blocked?.reason === 'PoolStalled') return true;
  return isOutdated(facts) && !facts.mayUpdate && facts.pool?.spec.update.type !== 'Never';
}

function idleTimes(facts: AgentFacts): (number | null)[] {
  const since = idleSince(facts);
  const after = hibernateAfterMs(facts);
  if (since === null) return [];
  return [after === null ? null : since + after, isOutdated(facts) ? since + UPDATE_QUIET_MS : null];
}

function startTimes(facts: AgentFacts): (number | null)[] {
  const pod = facts.pods[0];
  if (!pod || stateOf(facts) !== 'unknown') return [];
  const runsSince = timeOf(judgePod(pod).runsSince);
  const tokenEnds = timeOf(pod.metadata.annotations?.[ANNOTATION.enrolmentExpires]);
  return [
    placelessFrom(pod),
    runsSince === null ? null : runsSince + registerTimeoutMs(facts),
    tokenEnds && tokenEnds - RENEW_BEFORE_MS,
  ];
}

function endTimes(facts: AgentFacts): (number | null)[] {
  const deletedAt = timeOf(facts.agent.metadata.deletionTimestamp);
  if (deletedAt === null) return [];
  const overdue = deletedAt + drainTimeoutMs(facts);
  return [overdue, overdue + MACHINE_TOKEN_LIFE_MS];
}
