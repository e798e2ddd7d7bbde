// One row of the conversation, by its kind.
import { memo } from 'react';
import { Markdown } from '../markdown/markdown.tsx';
import { ToolCard, ToolGroup } from '../tools/tool-card.tsx';
import { ErrorNotice, RetryNotice, Seam, Working } from './marks.tsx';
import { PromptView } from './prompt-view.tsx';
import { Thinking } from './thinking.tsx';
import { TurnFooter } from './turn-footer.tsx';
import type { Row } from './row.ts';
import './rows.css';

interface RowViewProps {
  row: Row;
  /** Paths of tools are shown relative to it. */
  projectPath: string;
  /** Prompts of others carry their name. */
  userId: string;
}

export const RowView = memo(function RowView({ row, projectPath, userId }: RowViewProps) {
  return (
    <div className={`row row-${row.kind}`} data-row={row.kind}>
      <RowContent row={row} projectPath={projectPath} userId={userId} />
    </div>
  );
});

function RowContent({ row, projectPath, userId }: RowViewProps) {
  switch (row.kind) {
    case 'prompt':
      return <PromptView row={row} userId={userId} />;
    case 'thinking':
      return <Thinking row={row} />;
    case 'text':
      return (
        <div className={row.superseded ? 'answer answer-superseded' : 'answer'}>
          {row.superseded && <span className="visually-hidden">Replaced by a new attempt:</span>}
          <Markdown text={row.text} complete={row.complete} />
        </div>
      );
    case 'tool':
      return <ToolCard tool={row.tool} projectPath={projectPath} />;
    case 'looks':
      return <ToolGroup tools={row.tools} projectPath={projectPath} />;
    case 'error':
      return <ErrorNotice code={row.code} message={row.message} />;
    case 'retry':
      return <RetryNotice row={row} />;
    case 'seam':
      return <Seam tone={row.tone}>{row.text}</Seam>;
    case 'working':
      return <Working since={row.since} />;
    case 'footer':
      return <TurnFooter row={row} />;
  }
}
