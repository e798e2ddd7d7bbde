/** Failures of one machine: counted once for each pod, in a window, with a growing wait in between. */
import { millisecondsOf, type AgentStatus } from '../kinds/index.ts';
import type { AgentFacts } from './agent-facts.ts';
import type { Intent } from './agent-intent.ts';
import { timeOf, timeText } from './conditions.ts';
import { stateOf } from './judge-machine.ts';
import { judgePod, type Trouble } from './judge-pod.ts';
import { REASONS } from './reasons.ts';

const FIRST_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;
/** Running for so long, a machine is sound again. */
const HEALTHY_MS = 600_000;
/** As many as the schema keeps. */
const MAX_KEPT = 20;

type Failures = Pick<AgentStatus, 'failures' | 'lastFailure' | 'backoffUntil'>;

/** What its status keeps of failures from now on. */
export function nextFailures(facts: AgentFacts, intent: Intent): Failures {
  const { failures = [], lastFailure, backoffUntil } = facts.agent.status ?? {};
  if (isSound(facts)) return {};
  const trouble = troubleOf(facts, intent);
  const podUID = facts.pods[0]?.metadata.uid;
  if (trouble === null || podUID === undefined || lastFailure?.podUID === podUID) {
    return {
      ...(failures.length === 0 ? {} : { failures }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(backoffUntil === undefined ? {} : { backoffUntil }),
    };
  }
  const message = (trouble.message || REASONS[trouble.reason]).slice(0, 1_024);
  const noted = { reason: trouble.reason, message, podUID };
  if (!trouble.counts) return { ...(failures.length === 0 ? {} : { failures }), lastFailure: noted };
  const recent = [...within(facts, failures), timeText(facts.now)].slice(-MAX_KEPT);
  const waitMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (recent.length - 1));
  return { failures: recent, lastFailure: noted, backoffUntil: timeText(facts.now + waitMs) };
}

/** What is wrong with its pod now. */
export function troubleOf({ pods }: Pick<AgentFacts, 'pods'>, intent: Intent): Trouble | null {
  const pod = pods[0];
  if (!pod) return null;
  if (intent.kind === 'replace' && intent.reason === 'RegisterTimeout')
    return { reason: 'RegisterTimeout', message: '', counts: true };
  return judgePod(pod).trouble;
}

/** The failures that still count, by the window of its pool. */
export function within(
  { pool, now }: Pick<AgentFacts, 'pool' | 'now'>,
  failures: readonly string[],
): readonly string[] {
  const windowMs = millisecondsOf(pool?.spec.failure.window ?? '1h');
  return failures.filter((text) => now - (timeOf(text) ?? 0) < windowMs);
}

function isSound(facts: AgentFacts): boolean {
  const pod = facts.pods[0];
  const since = pod ? timeOf(judgePod(pod).runsSince) : null;
  return since !== null && stateOf(facts) !== 'unknown' && facts.now - since >= HEALTHY_MS;
}
