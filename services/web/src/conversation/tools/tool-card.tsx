// The card of a tool call, by what the tool does; and several looks in a row as one group.
import { memo, useState } from 'react';
import { Icon } from '../../design/icon.tsx';
import { durationText } from '../../design/amounts.ts';
import { BashCard } from './bash-card.tsx';
import { EditCard, LookCard, WriteCard } from './file-cards.tsx';
import { OtherCard } from './other-card.tsx';
import { groupSummary, type ToolView } from './tool.ts';

/** `projectPath`: paths inside it are shown without it. */
export const ToolCard = memo(function ToolCard({
  tool,
  projectPath,
}: {
  tool: ToolView;
  projectPath: string;
}) {
  switch (tool.name) {
    case 'bash':
    case 'shell':
      return <BashCard tool={tool} />;
    case 'edit':
    case 'multi_edit':
      return <EditCard tool={tool} projectPath={projectPath} />;
    case 'write':
      return <WriteCard tool={tool} projectPath={projectPath} />;
    case 'read':
    case 'grep':
    case 'find':
    case 'glob':
    case 'search':
    case 'ls':
    case 'list':
      return <LookCard tool={tool} projectPath={projectPath} />;
    default:
      return <OtherCard tool={tool} />;
  }
});

/** Two or more looks in a row. */
export const ToolGroup = memo(function ToolGroup({
  tools,
  projectPath,
}: {
  tools: readonly ToolView[];
  projectPath: string;
}) {
  const [open, setOpen] = useState(false);
  const running = tools.some((tool) => tool.state === 'running');
  const spent = tools.reduce((sum, tool) => sum + (tool.durationMs ?? 0), 0);
  return (
    <div className="tool" role="group" aria-label={groupSummary(tools)}>
      <button type="button" className="tool-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="tool-icon">
          {running ? <span className="tool-spinner" /> : <Icon name="search" />}
        </span>
        <span className="tool-verb">{groupSummary(tools)}</span>
        <span className="tool-subject" />
        <span className="tool-facts numbers">{spent >= 100 && durationText(spent)}</span>
        <span className={open ? 'tool-fold tool-fold-open' : 'tool-fold'}>
          <Icon name="chevron-right" size={14} />
        </span>
      </button>
      {open && (
        <div className="tool-group-list">
          {tools.map((tool) => (
            <ToolCard key={tool.id} tool={tool} projectPath={projectPath} />
          ))}
        </div>
      )}
    </div>
  );
});
