/**
 * What a session is doing, and what may happen next. Pure.
 *
 *   idle ── begin ──▶ running ── settled ─────────────────────────▶ idle
 *     │                  └── cancel ──▶ cancelling ── settled, overdue ──▶ idle
 *     └── compact ──▶ compacting ── finished, cancel ──▶ idle
 */
import type { PromptMode, SessionInfo } from '@spectral/proto/wire';

export type Phase = 'idle' | 'running' | 'cancelling' | 'compacting';

/** What becomes of a prompt that arrives now: it starts a turn, reaches the running one, or waits. */
export function placeOfPrompt(phase: Phase, waiting: number, mode: PromptMode): 'now' | 'steer' | 'queue' {
  if (phase === 'idle' && waiting === 0) return 'now';
  return phase === 'running' && mode === 'steer' ? 'steer' : 'queue';
}

/** What the machine takes: everything, nothing new but what it promised, or nothing more. */
export type Intake = 'open' | 'cordoned' | 'closed';

/**
 * What follows when a session has nothing running: people's prompts go before the loop's next iteration. Under a cordon
 * prompts that were taken before still run, and a loop rests.
 */
export function whatFollows(
  waiting: number,
  loops: boolean,
  intake: Intake,
): 'prompt' | 'iteration' | 'rest' {
  if (intake === 'closed') return 'rest';
  if (waiting > 0) return 'prompt';
  return loops && intake === 'open' ? 'iteration' : 'rest';
}

/** How a session that just ended a turn for this reason stands. */
export function statusAfter(reason: 'done' | 'cancelled' | 'error' | 'interrupted'): SessionInfo['status'] {
  if (reason === 'error') return 'failed';
  return reason === 'interrupted' ? 'interrupted' : 'idle';
}
