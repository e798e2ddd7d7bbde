/** The rows of what is no message: errors, retries, compaction, loop mode, turns that did not end well. */
import type { NoticeItem } from '@spectral/proto/client';
import type { Row } from './row.ts';

export function noticeRows({ id: key, at, notice }: NoticeItem): Row[] {
  const seam = (text: string, tone: 'plain' | 'warn' = 'plain'): Row[] => [{ kind: 'seam', key, tone, text }];
  switch (notice.type) {
    case 'error':
      return [{ kind: 'error', key, code: notice.code, message: notice.message }];
    case 'retry': {
      const { attempt, maxAttempts, reason, delayMs } = notice;
      return [{ kind: 'retry', key, attempt, maxAttempts, reason: sentence(reason), until: at + delayMs }];
    }
    case 'compaction':
      if (notice.phase === 'failed') return seam(`Compaction failed: ${notice.detail}`, 'warn');
      return seam(
        notice.phase === 'start' ? 'Compacting the conversation …' : compacted(notice.reason, notice.detail),
      );
    case 'agent_end':
      if (notice.reason === 'cancelled') return seam('Stopped');
      if (notice.reason === 'interrupted')
        return seam('Interrupted: the machine stopped during this turn', 'warn');
      return [];
    case 'loop_iteration':
      return seam(`Loop: iteration ${notice.iteration} of ${notice.max}`);
    case 'loop_complete':
      return seam(`Loop complete after ${times(notice.iterations)}`);
    case 'loop_max_iterations':
      return seam(`Loop ended at its limit of ${times(notice.iterations)}`, 'warn');
    case 'loop_stopped':
      return seam(`Loop stopped after ${times(notice.iterations)}`);
  }
}

function compacted(reason: 'manual' | 'threshold' | 'overflow' | 'fork', detail: string): string {
  const why = {
    manual: '',
    threshold: ', the context was nearly full',
    overflow: ', the context was full',
    fork: ' for the fork',
  }[reason];
  return detail ? `Compacted${why} · ${detail}` : `Compacted${why}`;
}

function times(iterations: number): string {
  return iterations === 1 ? '1 iteration' : `${iterations} iterations`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
