// The left side of a machine: which machine, a search, its projects with their sessions.
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { moveBetween } from '../keyboard/list-navigation.ts';
import { useMachine } from '../machines/machine-context.ts';
import { WakeButton } from '../machines/wake-button.tsx';
import { ProjectForm } from '../projects/project-form.tsx';
import { useNewSession } from './new-session.ts';
import { useRailCommands } from './rail-commands.ts';
import { railGroups } from './rail-groups.ts';
import { RailHead } from './rail-head.tsx';
import { RailProject } from './rail-project.tsx';
import { RailSearch } from './rail-search.tsx';
import './rail.css';

interface RailProps {
  machineId: string;
  sessionId: string | null;
  projectId: string | null;
}

export function Rail({ machineId, sessionId, projectId }: RailProps) {
  const { room, name } = useMachine();
  const lists = useStore(room.lists);
  const [query, setQuery] = useState('');
  const [adding, setAdding] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const groups = useMemo(() => railGroups(lists, query), [lists, query]);
  const newSession = useNewSession();
  const current =
    projectId ?? lists?.sessions.find(({ id }) => id === sessionId)?.projectId ?? lists?.projects[0]?.id;
  useRailCommands({
    machineId,
    sessionId,
    lists,
    groups,
    onNewSession: () => current !== undefined && newSession.create(current),
    onNewProject: () => setAdding(true),
    onSearch: () => search.current?.focus(),
  });

  return (
    <nav className="rail" aria-label="Projects and sessions">
      <RailHead name={name} />
      <RailSearch ref={search} query={query} onQuery={setQuery} />
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
        {groups.length === 0 && <NoGroups query={query} />}
      </div>
      <RailFoot adding={adding} onAdding={setAdding} />
    </nav>
  );
}

/** Why the list is empty. */
function NoGroups({ query }: { query: string }): ReactNode {
  const { room } = useMachine();
  const isKnown = useStore(room.lists) !== null;
  const isOffline = useStore(room.link).kind === 'machine-offline';
  if (isKnown && query !== '') return <p className="rail-none">No session matches “{query}”.</p>;
  if (isKnown) return <p className="rail-none">No projects yet.</p>;
  if (isOffline) {
    return (
      <div className="rail-none">
        <p>Projects appear here when the machine is back.</p>
        <div className="rail-wake">
          <WakeButton />
        </div>
      </div>
    );
  }
  return (
    <div className="rail-skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

function RailFoot({ adding, onAdding }: { adding: boolean; onAdding: (adding: boolean) => void }) {
  const { commands } = useServices();
  const isKnown = useStore(useMachine().room.lists) !== null;
  if (adding) {
    return (
      <footer className="rail-foot">
        <ProjectForm onDone={() => onAdding(false)} />
      </footer>
    );
  }
  return (
    <footer className="rail-foot">
      <button type="button" className="rail-add" onClick={() => onAdding(true)} disabled={!isKnown}>
        <Icon name="plus" />
        New project
      </button>
      <IconButton icon="command" label="Command palette" onClick={() => commands.run('palette')} />
    </footer>
  );
}
