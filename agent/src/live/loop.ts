/**
 * Loop mode: the same prompt again and again until the agent says it is done. Pure.
 *
 *   started ──▶ iteration 1 ──ended──▶ iteration 2 … ──ended──▶ complete (marker), max (limit) or stopped (asked to, failed)
 */
import {
  LOOP_DONE_MARKER,
  MAX_LOOP_ITERATIONS,
  type LoopInfo,
  type SessionEvent,
} from '@spectral/proto/wire';

export interface Loop {
  /** Iterations begun so far. */
  readonly iteration: number;
  readonly max: number;
  readonly goal: string;
  /** The person's prompt, as it was sent. */
  readonly prompt: string;
  /** Somebody asked for its end: the running iteration is the last. */
  readonly stopping: boolean;
}

export function startLoop(wanted: { prompt: string; goal: string; max: number }): Loop {
  const max = Math.max(1, Math.min(Math.floor(wanted.max), MAX_LOOP_ITERATIONS));
  return { ...wanted, max, iteration: 0, stopping: false };
}

/** The loop with its next iteration begun, and the event that announces it. */
export function nextIteration(loop: Loop): { loop: Loop; event: SessionEvent } {
  const iteration = loop.iteration + 1;
  return {
    loop: { ...loop, iteration },
    event: { type: 'loop_iteration', iteration, max: loop.max, prompt: loop.prompt },
  };
}

/** What the end of an iteration means: the event that ends the loop, or null when another iteration follows. */
export function endOfLoop(loop: Loop, outcome: { reason: string; text: string }): SessionEvent | null {
  const iterations = loop.iteration;
  if (outcome.reason === 'done' && outcome.text.includes(LOOP_DONE_MARKER))
    return { type: 'loop_complete', iterations };
  if (outcome.reason !== 'done' || loop.stopping) return { type: 'loop_stopped', iterations };
  return iterations >= loop.max ? { type: 'loop_max_iterations', iterations } : null;
}

/** What the agent is told in each iteration: the prompt, where it stands, the goal, and how to say it is done. */
export function iterationPrompt(loop: Loop): string {
  return [
    loop.prompt,
    `This is iteration ${loop.iteration} of at most ${loop.max} of the same task; earlier work is above and on disk. ` +
      'Continue from where it stands instead of starting over.',
    ...(loop.goal ? [`The goal, and the only measure of being done: ${loop.goal}`] : []),
    `When the task is completely done and checked, write ${LOOP_DONE_MARKER} in your answer. Never write it before.`,
  ].join('\n\n');
}

export function loopInfoOf({ iteration, max, goal, stopping }: Loop): LoopInfo {
  return { iteration, max, goal, stopping };
}
