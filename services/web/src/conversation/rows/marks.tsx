// Rows that are no words of anyone: errors, retries, seams, and the wait for the first word.
import { Notice } from '../../design/notice.tsx';
import { Icon } from '../../design/icon.tsx';
import { durationText } from '../../design/amounts.ts';
import { useNow } from '../../data/clock.ts';
import { remedyFor } from './remedies.ts';
import type { RetryRow } from './row.ts';

export function ErrorNotice({ code, message }: { code: string; message: string }) {
  const remedy = remedyFor(code);
  return (
    <Notice tone="bad">
      <p>{message}</p>
      {remedy && <p className="mark-remedy">{remedy}</p>}
    </Notice>
  );
}

export function RetryNotice({ row }: { row: RetryRow }) {
  return (
    <p className="mark-line">
      <Icon name="loop" size={14} />
      <span>
        {row.reason} <RetryWait row={row} />
      </span>
    </p>
  );
}

function RetryWait({ row }: { row: RetryRow }) {
  const now = useNow();
  if (row.until === null) return <>Tried again.</>;
  const left = Math.max(0, row.until - now);
  return (
    <span className="numbers">
      Trying again{left > 0 ? ` in ${durationText(left)}` : ''} ({row.attempt} of {row.maxAttempts}).
    </span>
  );
}

/** A line across the conversation: compaction, a stop, an interruption, an iteration. */
export function Seam({ tone, children }: { tone: 'plain' | 'warn'; children: string }) {
  return (
    <p className={`seam seam-${tone}`}>
      <span>{children}</span>
    </p>
  );
}

/** The turn runs and nothing has come of it yet. */
export function Working({ since }: { since: number }) {
  const now = useNow();
  return (
    <p className="working">
      <span className="working-lines" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <span>Working</span>
      {now - since > 2_000 && <span className="numbers working-time">{durationText(now - since)}</span>}
    </p>
  );
}
