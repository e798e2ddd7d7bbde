// A file's change, line by line: signs and colours, so that neither alone carries the meaning.
import { useState } from 'react';
import type { DiffLine, UnifiedDiff } from './unified-diff.ts';
import './diff-view.css';

/** Longer diffs begin folded to this many lines. */
const SHOWN_LINES = 14;
const SIGN = { added: '+', removed: '−', context: ' ', hunk: '' } as const;

export function DiffView({ diff }: { diff: UnifiedDiff }) {
  const [whole, setWhole] = useState(false);
  // The first hunk's heading says nothing that the line numbers do not.
  const lines = diff.lines.filter((line, index) => line.kind !== 'hunk' || index > 0);
  const hidden = whole ? 0 : Math.max(0, lines.length - SHOWN_LINES);
  return (
    <div className="diff">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="diff-scroll" tabIndex={0} role="group" aria-label="Changes">
        <table>
          <tbody>{lines.slice(0, lines.length - hidden).map(rowOf)}</tbody>
        </table>
      </div>
      {hidden > 0 && (
        <button type="button" className="tool-more" onClick={() => setWhole(true)}>
          Show {hidden} more {hidden === 1 ? 'line' : 'lines'}
        </button>
      )}
    </div>
  );
}

function rowOf(line: DiffLine, index: number) {
  if (line.kind === 'hunk') {
    return (
      <tr key={index} className="diff-hunk">
        <td colSpan={3}>{line.text || '⋯'}</td>
      </tr>
    );
  }
  return (
    <tr key={index} className={`diff-${line.kind}`}>
      <td className="diff-number">{line.after ?? line.before}</td>
      <td className="diff-sign">{SIGN[line.kind]}</td>
      <td className="diff-text">{line.text || ' '}</td>
    </tr>
  );
}

/** `+3 −1` */
export function DiffCounts({ diff }: { diff: UnifiedDiff }) {
  return (
    <span className="diff-counts numbers">
      <span className="diff-plus">+{diff.added}</span>
      <span className="diff-minus">−{diff.removed}</span>
    </span>
  );
}
