// The rows of a session in a list that draws only what is seen, and stays at its end while one is there.
import { useRef } from 'react';
import { Virtualizer } from 'virtua';
import { Empty, Waiting } from '../design/empty.tsx';
import { Icon } from '../design/icon.tsx';
import type { Row } from './rows/row.ts';
import { RowView } from './rows/row-view.tsx';
import { useStickToEnd } from './stick-to-end.ts';
import './conversation.css';

interface ConversationProps {
  rows: readonly Row[];
  /** What is being waited for before the first row; null when there is nothing to wait for. */
  opening: string | null;
  offline: boolean;
  projectName: string;
  projectPath: string;
  userId: string;
}

/** Rows are drawn this far beyond the window, in pixels. */
const BUFFER = 600;

export function Conversation(props: ConversationProps) {
  const { rows, opening, offline, projectName } = props;
  if (rows.length > 0) return <RowList {...props} />;
  if (opening !== null && !offline)
    return (
      <div className="conversation-blank">
        <Waiting what={opening} />
      </div>
    );
  return (
    <div className="conversation-blank">
      <Empty
        title={
          opening ??
          (projectName ? `What should the agent do in ${projectName}?` : 'What should the agent do?')
        }
      >
        {opening === null ? (
          <p>It reads, edits and runs on the machine, and goes on when you close this tab.</p>
        ) : (
          <p>The conversation is kept on the machine and appears when it is back online.</p>
        )}
      </Empty>
    </div>
  );
}

function RowList({ rows, projectPath, userId }: ConversationProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isAway, hasNews, goToEnd } = useStickToEnd(scroller, rows);
  return (
    <div className="conversation">
      {/* The conversation is scrolled by keyboard too. */}
      <div
        ref={scroller}
        className="conversation-scroll"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Conversation"
      >
        <div className="conversation-rows">
          <Virtualizer scrollRef={scroller} data={rows} bufferSize={BUFFER}>
            {(row) => <RowView key={row.key} row={row} projectPath={projectPath} userId={userId} />}
          </Virtualizer>
        </div>
      </div>
      {isAway && (
        <button type="button" className="to-end" onClick={goToEnd}>
          <Icon name="arrow-down" size={15} />
          {hasNews ? 'New' : 'To the end'}
        </button>
      )}
    </div>
  );
}
