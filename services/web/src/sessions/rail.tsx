// The left side of a machine: which machine, a search, its projects with their sessions.
import { useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { AccountMenu } from '../app/account-menu.tsx';
import { sessionPath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { Kbd } from '../design/kbd.tsx';
import { Mark } from '../design/logo.tsx';
import { useCommands } from '../keyboard/commands.ts';
import { moveBetween } from '../keyboard/list-navigation.ts';
import { FreshnessMark } from '../machines/freshness-mark.tsx';
import { useMachine } from '../machines/machine-context.ts';
import { ProjectForm } from '../projects/project-form.tsx';
import { RailProject } from './rail-project.tsx';
import { railGroups } from './rail-groups.ts';
import { useNewSession } from './new-session.ts';
import './rail.css';

interface RailProps {
  machineId: string;
  sessionId: string | null;
  projectId: string | null;
}

export function Rail({ machineId, sessionId, projectId }: RailProps) {
  const { commands } = useServices();
  const { room, name } = useMachine();
  const lists = useStore(room.lists);
  const isOffline = useStore(room.link).kind === 'machine-offline';
  const [, navigate] = useLocation();
  const [query, setQuery] = useState('');
  const [adding, setAdding] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const groups = useMemo(() => railGroups(lists, query), [lists, query]);
  const newSession = useNewSession();
  const current =
    projectId ?? lists?.sessions.find(({ id }) => id === sessionId)?.projectId ?? lists?.projects[0]?.id;
  const inOrder = groups.flatMap(({ sessions }) => sessions);

  const step = (by: number) => () => {
    const at = inOrder.findIndex(({ id }) => id === sessionId);
    const next = inOrder[at < 0 ? 0 : Math.min(inOrder.length - 1, Math.max(0, at + by))];
    if (next) navigate(sessionPath(machineId, next.id));
  };
  useCommands(commands, [
    ...(lists?.sessions ?? []).map((session) => ({
      id: `session-${session.id}`,
      title: session.title,
      detail: lists?.projects.find(({ id }) => id === session.projectId)?.name ?? '',
      group: 'Sessions',
      icon: 'thought' as const,
      run: () => navigate(sessionPath(machineId, session.id)),
    })),
    {
      id: 'new-session',
      title: 'New session',
      group: 'Sessions and projects',
      icon: 'plus',
      chord: 'n',
      run: () => current && newSession.create(current),
    },
    {
      id: 'new-project',
      title: 'New project',
      group: 'Sessions and projects',
      icon: 'folder',
      chord: 'p',
      run: () => setAdding(true),
    },
    {
      id: 'search',
      title: 'Search sessions',
      group: 'Sessions and projects',
      icon: 'search',
      chord: '/',
      hidden: true,
      run: () => search.current?.focus(),
    },
    {
      id: 'next',
      title: 'Next session',
      group: 'Sessions and projects',
      icon: 'arrow-down',
      chord: 'j',
      hidden: true,
      run: step(1),
    },
    {
      id: 'previous',
      title: 'Previous session',
      group: 'Sessions and projects',
      icon: 'arrow-up',
      chord: 'k',
      hidden: true,
      run: step(-1),
    },
  ]);

  return (
    <nav className="rail" aria-label="Projects and sessions">
      <header className="rail-head">
        <Link href="/" className="rail-machine" title="Choose another machine">
          <Mark size={22} />
          <span className="rail-machine-text">
            <strong className="truncate">{name ?? 'Machine'}</strong>
            <FreshnessMark channel={null} />
          </span>
          <Icon name="chevron-down" size={14} />
        </Link>
        <AccountMenu />
      </header>
      <div className="rail-search">
        <Icon name="search" size={15} />
        <input
          ref={search}
          type="search"
          aria-label="Search sessions"
          placeholder="Search sessions"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setQuery('');
            event.currentTarget.blur();
          }}
        />
        <Kbd chord="/" />
      </div>
      {newSession.failure && (
        <p className="rail-failure" role="alert">
          {newSession.failure}
        </p>
      )}
      {/* Arrow keys move between the links of the list. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="rail-list" onKeyDown={(event) => moveBetween(event, 'a')}>
        {groups.map((group) => (
          <RailProject
            key={group.project.id}
            group={group}
            machineId={machineId}
            sessionId={sessionId}
            projectId={projectId}
            filtered={query !== ''}
            onNewSession={() => newSession.create(group.project.id)}
          />
        ))}
        {lists && groups.length === 0 && query !== '' && (
          <p className="rail-none">No session matches “{query}”.</p>
        )}
        {lists && lists.projects.length === 0 && !adding && <p className="rail-none">No projects yet.</p>}
        {!lists && isOffline && <p className="rail-none">Projects appear here when the machine is back.</p>}
        {!lists && !isOffline && <RailSkeleton />}
      </div>
      <footer className="rail-foot">
        {adding ? (
          <ProjectForm onDone={() => setAdding(false)} />
        ) : (
          <button type="button" className="rail-add" onClick={() => setAdding(true)} disabled={!lists}>
            <Icon name="plus" />
            New project
          </button>
        )}
        {!adding && (
          <IconButton
            icon="command"
            label="Command palette"
            onClick={() =>
              commands
                .get()
                .find(({ id }) => id === 'palette')
                ?.run()
            }
          />
        )}
      </footer>
    </nav>
  );
}

function RailSkeleton() {
  return (
    <div className="rail-skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}
