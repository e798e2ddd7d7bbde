/** Lets at most one progress of each tool through per interval, and always its last one. */
import type { DriverEvent } from '../driver.ts';

type Progress = Extract<DriverEvent, { type: 'tool_progress' }>;

export interface ProgressThrottle {
  /** Passes any event on, in order; progress may come later, unless something of its tool overtakes it. */
  take(event: DriverEvent): void;
  /** Drops what still waits. */
  stop(): void;
}

/** `intervalMs` is the shortest time between two progresses of one tool. */
export function createProgressThrottle(
  emit: (event: DriverEvent) => void,
  intervalMs: number,
): ProgressThrottle {
  const open = new Map<string, { timer: NodeJS.Timeout; waiting: Progress | null }>();

  const pass = (progress: Progress): void => {
    emit(progress);
    const timer = setTimeout(() => {
      const waiting = open.get(progress.toolCallId)?.waiting;
      open.delete(progress.toolCallId);
      if (waiting) pass(waiting);
    }, intervalMs);
    open.set(progress.toolCallId, { timer, waiting: null });
  };
  const forget = (toolCallId: string): void => {
    clearTimeout(open.get(toolCallId)?.timer);
    open.delete(toolCallId);
  };

  return {
    take(event) {
      if (event.type === 'tool_result') forget(event.toolCallId);
      if (event.type !== 'tool_progress') return emit(event);
      const state = open.get(event.toolCallId);
      if (state) state.waiting = event;
      else pass(event);
    },
    stop() {
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
    },
  };
}
