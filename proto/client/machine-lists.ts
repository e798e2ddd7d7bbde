/** The reduction of the machine channel: its projects and sessions. Pure; unchanged entries keep their identity. */
import type { MachineEvent, MachineReady, ProjectInfo, SessionInfo } from '../wire/index.ts';

export interface MachineLists {
  readonly version: string;
  readonly hostname: string;
  /** Home directory on the machine. */
  readonly home: string;
  /** By name. */
  readonly projects: readonly ProjectInfo[];
  /** The latest changed first. */
  readonly sessions: readonly SessionInfo[];
}

/** The lists of a snapshot. */
export function listsOf({ version, hostname, home, projects, sessions }: MachineReady): MachineLists {
  return {
    version,
    hostname,
    home,
    projects: projects.toSorted(byName),
    sessions: sessions.toSorted(byChange),
  };
}

/** The lists after these events; the same object when they change nothing. */
export function changedLists(lists: MachineLists, events: readonly MachineEvent[]): MachineLists {
  return events.reduce(changed, lists);
}

function changed(lists: MachineLists, event: MachineEvent): MachineLists {
  switch (event.type) {
    case 'project_changed':
      return { ...lists, projects: put(lists.projects, event.project).sort(byName) };
    case 'project_deleted':
      return withoutProject(lists, event.projectId);
    case 'session_created':
    case 'session_changed':
      return { ...lists, sessions: put(lists.sessions, event.session).sort(byChange) };
    case 'session_renamed':
      return renamed(lists, event.sessionId, event.title);
    case 'session_deleted':
      return { ...lists, sessions: lists.sessions.filter(({ id }) => id !== event.sessionId) };
  }
}

function withoutProject(lists: MachineLists, projectId: string): MachineLists {
  const projects = lists.projects.filter(({ id }) => id !== projectId);
  return {
    ...lists,
    projects,
    sessions: lists.sessions.filter((session) => session.projectId !== projectId),
  };
}

function renamed(lists: MachineLists, sessionId: string, title: string): MachineLists {
  const sessions = lists.sessions.map((session) =>
    session.id === sessionId ? { ...session, title } : session,
  );
  return { ...lists, sessions };
}

function put<T extends { readonly id: string }>(list: readonly T[], entry: T): T[] {
  return [...list.filter(({ id }) => id !== entry.id), entry];
}

function byName(one: ProjectInfo, other: ProjectInfo): number {
  return one.name.localeCompare(other.name) || compare(one.id, other.id);
}

function byChange(one: SessionInfo, other: SessionInfo): number {
  return compare(other.updatedAt, one.updatedAt) || compare(one.id, other.id);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
