// The frame all tool cards share: a line that says what was done and how it ended, and what lies below it.
import { useState, type ReactNode } from 'react';
import { Icon, type IconName } from '../../design/icon.tsx';
import { durationText } from '../../design/amounts.ts';
import { useNow } from '../../data/clock.ts';
import type { ToolView } from './tool.ts';
import './tool-frame.css';

interface ToolFrameProps {
  tool: ToolView;
  icon: IconName;
  /** What it does, such as `Edit`; for screen readers when `subject` says it too. */
  verb: string;
  subject: ReactNode;
  /** Further facts at the end of the line. */
  facts?: ReactNode;
  /** Always shown below the line. */
  preview?: ReactNode;
  /** Shown when unfolded; without it the card has no fold. */
  renderDetails?: () => ReactNode;
}

export function ToolFrame({ tool, icon, verb, subject, facts, preview, renderDetails }: ToolFrameProps) {
  const [open, setOpen] = useState(false);
  const line = (
    <>
      <span className="tool-icon">
        {tool.state === 'running' ? <span className="tool-spinner" /> : <Icon name={icon} />}
      </span>
      <span className="tool-verb">{verb}</span>
      <span className="tool-subject truncate">{subject}</span>
      <span className="tool-facts">
        {facts}
        <ToolState tool={tool} />
      </span>
      {renderDetails && (
        <span className={open ? 'tool-fold tool-fold-open' : 'tool-fold'}>
          <Icon name="chevron-right" size={14} />
        </span>
      )}
    </>
  );
  return (
    <div className={`tool tool-${tool.state}`} role="group" aria-label={`${verb}: ${stateWord(tool.state)}`}>
      {renderDetails ? (
        <button type="button" className="tool-line" aria-expanded={open} onClick={() => setOpen(!open)}>
          {line}
        </button>
      ) : (
        <div className="tool-line">{line}</div>
      )}
      {open && renderDetails ? renderDetails() : preview}
    </div>
  );
}

/** How it ended, in a word or a time; colour never says it alone. */
function ToolState({ tool }: { tool: ToolView }) {
  if (tool.state === 'running') return <Running since={tool.startedAt} />;
  const time = tool.durationMs !== null && tool.durationMs >= 100 ? durationText(tool.durationMs) : null;
  return (
    <>
      {tool.state === 'failed' && <span className="tool-failed-word">failed</span>}
      {tool.state === 'lost' && <span className="tool-lost-word">no result</span>}
      {time && <span className="numbers">{time}</span>}
    </>
  );
}

function Running({ since }: { since: number }) {
  const now = useNow();
  return <span className="numbers">{durationText(Math.max(0, now - since))}</span>;
}

function stateWord(state: ToolView['state']): string {
  return { running: 'running', done: 'done', failed: 'failed', lost: 'no result' }[state];
}
