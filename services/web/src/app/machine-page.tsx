/**
 * A machine: its rail of projects and sessions, and one of them. Leaving it, or choosing another machine, ends the
 * link and forgets everything shown: nothing of one machine is ever on screen with another.
 */
import { useCallback, useEffect } from 'react';
import { useLocation, useRoute } from 'wouter';
import { Waiting } from '../design/empty.tsx';
import { useOpened } from '../data/opened.ts';
import { useStore } from '../data/store.ts';
import type { MachineRoom } from '../data/machine-room.ts';
import { MachineContext } from '../machines/machine-context.ts';
import { MachineEnded } from '../machines/machine-ended.tsx';
import { MachineHome } from '../machines/machine-home.tsx';
import { ProjectPage } from '../projects/project-page.tsx';
import { Rail } from '../sessions/rail.tsx';
import { SessionPage } from '../sessions/session-page.tsx';
import { useServices } from './services.ts';
import './machine-page.css';

export function MachinePage({ machineId }: { machineId: string }) {
  const { machines, openMachine } = useServices();
  const room = useOpened(useCallback(() => openMachine(machineId), [machineId, openMachine]));
  const info = useStore(machines).machines?.find(({ id }) => id === machineId) ?? null;
  useEffect(() => void machines.refresh(), [machines]);
  if (!room) return <Waiting what="Connecting" />;
  return (
    <MachineContext value={{ room, name: info?.name ?? null, info }}>
      <Panes machineId={machineId} room={room} />
    </MachineContext>
  );
}

function Panes({ machineId, room }: { machineId: string; room: MachineRoom }) {
  const link = useStore(room.link);
  useFollowWhileAway(link.kind === 'machine-offline');
  const [isSession, session] = useRoute<{ session: string }>('/m/:machine/s/:session');
  const [isProject, project] = useRoute<{ project: string }>('/m/:machine/p/:project');
  const [path] = useLocation();
  if (link.kind === 'ended' && link.reason !== 'closed')
    return <MachineEnded reason={link.reason} message={link.message} />;
  return (
    <div className={isSession || isProject ? 'panes panes-inside' : 'panes'}>
      <Rail
        machineId={machineId}
        sessionId={isSession ? session.session : null}
        projectId={isProject ? project.project : null}
      />
      <main id="main" className="pane" key={path}>
        {isSession && <SessionPage sessionId={session.session} />}
        {isProject && <ProjectPage projectId={project.project} />}
        {!isSession && !isProject && <MachineHome />}
      </main>
    </div>
  );
}

/** Only the gateway knows how a machine that is not there comes along. */
function useFollowWhileAway(isAway: boolean): void {
  const { machines } = useServices();
  useEffect(() => (isAway ? machines.watch() : undefined), [isAway, machines]);
}
