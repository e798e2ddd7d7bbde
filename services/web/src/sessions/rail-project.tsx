// A project in the rail with its sessions.
import { useState } from 'react';
import { Link } from 'wouter';
import { projectPath, sessionPath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { useRoughNow } from '../data/clock.ts';
import { briefAgoText } from '../design/amounts.ts';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import type { RailGroup } from './rail-groups.ts';
import { StatusGlyph } from './status-glyph.tsx';

/** A project begins with its newest sessions; the rest unfold. */
const SHOWN = 12;

interface RailProjectProps {
  group: RailGroup;
  machineId: string;
  sessionId: string | null;
  projectId: string | null;
  /** A search is on: everything found is shown. */
  filtered: boolean;
  onNewSession: () => void;
}

export function RailProject({
  group,
  machineId,
  sessionId,
  projectId,
  filtered,
  onNewSession,
}: RailProjectProps) {
  const { project, sessions } = group;
  const { storage } = useServices();
  const name = `folded.${project.id}`;
  const [folded, setFolded] = useState(() => storage.read(name) === '1');
  const [all, setAll] = useState(false);
  const now = useRoughNow();
  const fold = () => {
    storage.write(name, folded ? null : '1');
    setFolded(!folded);
  };
  const hides = folded && !filtered;
  const shown = hides ? [] : all || filtered ? sessions : sessions.slice(0, SHOWN);
  return (
    <section className="rail-project" aria-label={project.name}>
      <div className="rail-project-head">
        <button
          type="button"
          className="rail-fold"
          aria-expanded={!hides}
          aria-label={`${project.name}: sessions`}
          onClick={fold}
        >
          <Icon name={hides ? 'chevron-right' : 'chevron-down'} size={13} />
        </button>
        <Link
          href={projectPath(machineId, project.id)}
          className="rail-project-name truncate"
          aria-current={project.id === projectId ? 'page' : undefined}
          title={project.path}
        >
          {project.name}
        </Link>
        {!project.exists && <span className="tag tag-warn">missing</span>}
        <IconButton
          icon="plus"
          size={15}
          label={`New session in ${project.name}`}
          onClick={onNewSession}
          disabled={!project.exists}
        />
      </div>
      <ul>
        {shown.map((session) => (
          <li key={session.id}>
            <Link
              href={sessionPath(machineId, session.id)}
              className="rail-session"
              aria-current={session.id === sessionId ? 'page' : undefined}
            >
              <StatusGlyph session={session} />
              <span className="truncate">{session.title}</span>
              <span className="rail-session-time numbers">
                {session.queued > 0 ? `+${session.queued}` : briefAgoText(Date.parse(session.updatedAt), now)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {!hides && shown.length < sessions.length && (
        <button type="button" className="rail-more" onClick={() => setAll(true)}>
          {sessions.length - shown.length} older
        </button>
      )}
      {!hides && sessions.length === 0 && !filtered && project.exists && (
        <button type="button" className="rail-more" onClick={onNewSession}>
          Start a session
        </button>
      )}
    </section>
  );
}
