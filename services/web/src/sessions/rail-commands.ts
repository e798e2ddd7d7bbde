// Commands of a machine's rail: its sessions, the next and the previous one, new ones, the search.
import { useLocation } from 'wouter';
import type { MachineLists } from '@spectral/proto/client';
import { sessionPath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { useCommands, type Command } from '../keyboard/commands.ts';
import type { RailGroup } from './rail-groups.ts';

interface RailCommands {
  readonly machineId: string;
  /** The open one. */
  readonly sessionId: string | null;
  readonly lists: MachineLists | null;
  readonly groups: readonly RailGroup[];
  readonly onNewSession: () => void;
  readonly onNewProject: () => void;
  readonly onSearch: () => void;
}

const GROUP = 'Sessions and projects';

export function useRailCommands(rail: RailCommands): void {
  const { commands } = useServices();
  const [, navigate] = useLocation();
  const open = (sessionId: string | undefined) => () => {
    if (sessionId !== undefined) navigate(sessionPath(rail.machineId, sessionId));
  };
  const neighbour = (by: number) => neighbourOf(rail.sessionId, rail.groups, by);
  useCommands(commands, [
    ...sessionCommands(rail.lists, open),
    { ...action('new-session', 'New session', 'n'), icon: 'plus', run: rail.onNewSession },
    { ...action('new-project', 'New project', 'p'), icon: 'folder', run: rail.onNewProject },
    { ...action('search', 'Search sessions', '/'), icon: 'search', hidden: true, run: rail.onSearch },
    { ...action('next', 'Next session', 'j'), icon: 'arrow-down', hidden: true, run: open(neighbour(1)) },
    {
      ...action('previous', 'Previous session', 'k'),
      icon: 'arrow-up',
      hidden: true,
      run: open(neighbour(-1)),
    },
  ]);
}

function action(id: string, title: string, chord: string) {
  return { id, title, chord, group: GROUP };
}

function sessionCommands(lists: MachineLists | null, open: (id: string) => () => void): Command[] {
  const names = new Map(lists?.projects.map(({ id, name }) => [id, name]));
  return (lists?.sessions ?? []).map(({ id, title, projectId }) => ({
    id: `session-${id}`,
    title,
    detail: names.get(projectId) ?? '',
    group: 'Sessions',
    icon: 'thought',
    run: open(id),
  }));
}

/** The session `by` places further down the rail, or the one at its end; the first when none is open. */
function neighbourOf(sessionId: string | null, groups: readonly RailGroup[], by: number): string | undefined {
  const ids = groups.flatMap(({ sessions }) => sessions.map(({ id }) => id));
  const at = sessionId === null ? -1 : ids.indexOf(sessionId);
  return ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
}
