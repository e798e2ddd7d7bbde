// A project: its path, its sessions, a new one; rename and remove.
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { ProjectInfo } from '@spectral/proto/wire';
import { machinePath, sessionPath } from '../app/paths.ts';
import { usePageTitle } from '../app/page-title.ts';
import { useStore } from '../data/store.ts';
import { Button, IconButton } from '../design/button.tsx';
import { Confirm } from '../design/confirm.tsx';
import { Empty } from '../design/empty.tsx';
import { Menu, MenuItem } from '../design/menu.tsx';
import { Notice } from '../design/notice.tsx';
import { Renamable } from '../design/renamable.tsx';
import { BackLink } from '../sessions/back-link.tsx';
import { useNewSession } from '../sessions/new-session.ts';
import { SessionList } from '../sessions/session-list.tsx';
import { MachineAway } from '../machines/away.tsx';
import { useMachine } from '../machines/machine-context.ts';

export function ProjectPage({ projectId }: { projectId: string }) {
  const { room } = useMachine();
  const lists = useStore(room.lists);
  const project = lists?.projects.find(({ id }) => id === projectId);
  usePageTitle(project?.name ?? 'Project');
  if (!lists) return <MachineAway />;
  if (!project) {
    return (
      <Empty page title="No such project on this machine">
        <p>It was removed, or the address is of another machine.</p>
      </Empty>
    );
  }
  return <KnownProject project={project} />;
}

function KnownProject({ project }: { project: ProjectInfo }) {
  const { room } = useMachine();
  const sessions = useStore(room.lists)?.sessions.filter(({ projectId }) => projectId === project.id) ?? [];
  const [, navigate] = useLocation();
  const [removing, setRemoving] = useState(false);
  const newSession = useNewSession();
  return (
    <div className="home-pane">
      <div className="project-head">
        <BackLink machineId={room.machineId} />
        <div className="project-title">
          <h1>
            <Renamable
              value={project.name}
              label="Name of the project"
              onRename={async (name) => void (await room.calls.changeProject(project.id, { name }))}
            />
          </h1>
          <p className="mono truncate">{project.path}</p>
        </div>
        <Button
          tone="accent"
          icon="plus"
          busy={newSession.busy}
          disabled={!project.exists}
          onClick={() => newSession.create(project.id)}
        >
          New session
        </Button>
        <Menu
          label="Project"
          renderTrigger={(props) => <IconButton {...props} icon="more" label="Actions for this project" />}
        >
          {(close) => (
            <MenuItem
              icon="trash"
              tone="bad"
              onSelect={() => {
                close();
                setRemoving(true);
              }}
            >
              Remove project …
            </MenuItem>
          )}
        </Menu>
      </div>
      {!project.exists && (
        <Notice tone="warn">
          The directory is gone from the machine. Restore it there to go on; its sessions can still be read.
        </Notice>
      )}
      {newSession.failure && <Notice tone="bad">{newSession.failure}</Notice>}
      {sessions.length > 0 ? (
        <SessionList sessions={sessions} onOpen={(id) => navigate(sessionPath(room.machineId, id))} />
      ) : (
        <Empty title="No sessions yet">
          <p>
            A session is one conversation with the agent in this directory. It runs on the machine, whether
            you watch or not.
          </p>
        </Empty>
      )}
      <Confirm
        open={removing}
        title={`Remove ${project.name}?`}
        action="Remove project"
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await room.calls.deleteProject(project.id);
          navigate(machinePath(room.machineId));
        }}
      >
        <p>
          The project and its {sessions.length === 1 ? 'session' : `${sessions.length} sessions`} disappear
          from Spectral. The directory <strong className="mono">{project.path}</strong> stays as it is.
        </p>
      </Confirm>
    </div>
  );
}
