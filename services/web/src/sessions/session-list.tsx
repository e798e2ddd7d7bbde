// Sessions as wide rows, for panes.
import type { ProjectInfo, SessionInfo } from '@spectral/proto/wire';
import { useRoughNow } from '../data/clock.ts';
import { agoText, costText } from '../design/amounts.ts';
import { moveBetween } from '../keyboard/list-navigation.ts';
import { StatusGlyph } from './status-glyph.tsx';

interface SessionListProps {
  sessions: readonly SessionInfo[];
  /** Names their projects; without it no project is shown. */
  projects?: readonly ProjectInfo[];
  onOpen: (sessionId: string) => void;
}

export function SessionList({ sessions, projects, onOpen }: SessionListProps) {
  const now = useRoughNow();
  return (
    // Arrow keys move between the buttons of the list.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul className="wide-sessions" onKeyDown={(event) => moveBetween(event, 'button')}>
      {sessions.map((session) => (
        <li key={session.id}>
          <button type="button" onClick={() => onOpen(session.id)}>
            <StatusGlyph session={session} />
            <span className="wide-session-title truncate">{session.title}</span>
            {projects && (
              <span className="wide-session-fact truncate">
                {projects.find(({ id }) => id === session.projectId)?.name}
              </span>
            )}
            <span className="wide-session-fact numbers">
              {session.usage.totalTokens > 0 ? costText(session.usage.cost) : ''}
            </span>
            <span className="wide-session-fact numbers">{agoText(Date.parse(session.updatedAt), now)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
