// A machine with no session chosen: the way in for a new machine, a hint for a known one.
import { useLocation } from 'wouter';
import { sessionPath } from '../app/paths.ts';
import { usePageTitle } from '../app/page-title.ts';
import { useStore } from '../data/store.ts';
import { Empty } from '../design/empty.tsx';
import { Kbd } from '../design/kbd.tsx';
import { ProjectForm } from '../projects/project-form.tsx';
import { SessionList } from '../sessions/session-list.tsx';
import { MachineAway } from './away.tsx';
import { useMachine } from './machine-context.ts';

const RECENT = 8;

export function MachineHome() {
  const { room, name } = useMachine();
  const lists = useStore(room.lists);
  const [, navigate] = useLocation();
  usePageTitle(name ?? 'Machine', lists?.sessions.filter(({ status }) => status === 'running').length);

  if (!lists) return <MachineAway />;
  if (lists.projects.length === 0) {
    return (
      <Empty page title="Create your first project">
        <p>A project is a directory on {name ?? 'this machine'} that the agent works in.</p>
        <ProjectForm />
      </Empty>
    );
  }
  const recent = lists.sessions.slice(0, RECENT);
  return (
    <div className="home-pane">
      <h1>{name ?? lists.hostname}</h1>
      {recent.length === 0 ? (
        <p>Start a session with the plus beside a project.</p>
      ) : (
        <>
          <h2>Recent sessions</h2>
          <SessionList
            sessions={recent}
            projects={lists.projects}
            onOpen={(id) => navigate(sessionPath(room.machineId, id))}
          />
        </>
      )}
      <p className="home-hint">
        <Kbd chord="mod+k" /> finds anything · <Kbd chord="?" /> shows all keys
      </p>
    </div>
  );
}
