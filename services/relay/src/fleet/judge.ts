/**
 * The relay's verdict on a machine, and nobody else's: whether its process may end. Pure.
 *
 *   nothing heard on its link, or no link      unknown
 *   a turn runs, or a prompt waits             busy
 *   takes turns, none runs, none waits         idle
 *   cordoned, none runs, none waits            drained; busy for an asker with another fence
 */
import type { Activity, ActivityFrame, MachineActivity } from '@spectral/proto/wire';
import type { CordonOrder } from '../routing/cordon-questions.ts';

export type MachineState = MachineActivity['state'];

/** `said`: what the machine last said over its present link. `fence`: the asker's, where it named one. */
export function judge(said: Activity | null, fence: number | undefined): MachineState {
  if (!said) return 'unknown';
  if (said.turns > 0 || said.queued > 0) return 'busy';
  if (said.cordon === null) return 'idle';
  return fence === undefined || said.cordon === fence ? 'drained' : 'busy';
}

/**
 * The verdict on a machine that answered this order: `stale` when it obeys a newer fence, and `unknown` when it says
 * something else than it was told to do.
 */
export function judgeAnswer(
  answer: ActivityFrame | null,
  { kind, fence }: CordonOrder,
): MachineState | 'stale' {
  if (!answer) return 'unknown';
  if (answer.fence > fence) return 'stale';
  const obeyed = answer.cordon === (kind === 'cordon' ? fence : null);
  return obeyed ? judge(answer, fence) : 'unknown';
}
