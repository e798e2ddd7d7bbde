/** Events of a machine: told when what says most about it changes to something worth telling. */
import type { AgentFacts } from './agent-facts.ts';
import type { Judged } from './agent-judgements.ts';
import type { Steps } from './agent-steps.ts';
import { conditionOf } from './conditions.ts';
import type { PlannedEvent } from './planned-event.ts';
import { REASONS, type Reason } from './reasons.ts';

const NORMAL: readonly Reason[] = ['IdleTimeout', 'Requested', 'Waking', 'Retiring', 'Updating'];
const WARNING: readonly Reason[] = [
  'MultiplePods',
  'NameTaken',
  'Unschedulable',
  'QuotaExceeded',
  'NotAllowed',
  'PoolStalled',
  'GatewayUnreachable',
  'RelayUnreachable',
  'TokenRejected',
  'VolumeLost',
  'ImagePull',
  'ContainerConfig',
  'CrashLoop',
  'OOMKilled',
  'ProcessEnded',
  'RegisterTimeout',
  'Evicted',
  'Preempted',
  'NodeLost',
];

export function agentEvents(facts: AgentFacts, judged: Judged, steps: Steps): PlannedEvent[] {
  const { reason, message } = judged.cause;
  const before = conditionOf(facts.agent.status?.conditions, 'Ready')?.reason;
  const events: PlannedEvent[] = [];
  const text = message || REASONS[reason];
  if (before !== reason && WARNING.includes(reason)) events.push({ type: 'Warning', reason, message: text });
  if (before !== reason && NORMAL.includes(reason)) events.push({ type: 'Normal', reason, message: text });
  const { conditions } = facts.agent.status ?? {};
  const isDeferred = judged.conditions.some((judgement) => judgement.reason === 'UpdateDeferred');
  if (isDeferred && conditionOf(conditions, 'UpToDate')?.reason !== 'UpdateDeferred')
    events.push({ type: 'Warning', reason: 'UpdateDeferred', message: REASONS.UpdateDeferred });
  if (steps.actions.some((action) => action.do === 'delete-pod' && action.proof === 'timeout')) {
    const forced =
      'The Agent is deleted and its turn did not end within the drainTimeout; the pod is deleted with it.';
    events.push({ type: 'Warning', reason: 'Deleted', message: forced });
  }
  return events;
}
