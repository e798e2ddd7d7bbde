// The model's thinking: one line with its duration, unfolded on demand.
import { useState } from 'react';
import { Icon } from '../../design/icon.tsx';
import { durationText } from '../../design/amounts.ts';
import { Markdown } from '../markdown/markdown.tsx';
import type { ThinkingRow } from './row.ts';

export function Thinking({ row }: { row: ThinkingRow }) {
  const [open, setOpen] = useState(false);
  const took = row.durationMs === null || row.durationMs < 100 ? '' : ` for ${durationText(row.durationMs)}`;
  return (
    <div className="thinking">
      <button type="button" className="thinking-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="thought" size={15} />
        <span className={row.running ? 'thinking-running' : undefined}>
          {row.running ? 'Thinking' : `Thought${took}`}
        </span>
        {row.running && !open && <span className="thinking-tail truncate">{lastLine(row.text)}</span>}
        <span className={open ? 'tool-fold tool-fold-open' : 'tool-fold'}>
          <Icon name="chevron-right" size={13} />
        </span>
      </button>
      {open && (
        <div className="thinking-text">
          <Markdown text={row.text} complete={!row.running} />
        </div>
      )}
    </div>
  );
}

function lastLine(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf('\n') + 1).slice(-160);
}
