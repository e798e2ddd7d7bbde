/** What the rail lists: projects with their sessions, narrowed by the search. Pure. */
import type { MachineLists } from '@spectral/proto/client';
import type { ProjectInfo, SessionInfo } from '@spectral/proto/wire';

export interface RailGroup {
  readonly project: ProjectInfo;
  /** The latest changed first. */
  readonly sessions: readonly SessionInfo[];
}

/** A query that names a project keeps all its sessions; else the sessions whose titles hold every word of it. */
export function railGroups(lists: MachineLists | null, query: string): RailGroup[] {
  if (!lists) return [];
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const groups = lists.projects.map((project) => ({
    project,
    sessions: lists.sessions.filter(
      (session) => session.projectId === project.id && (holds(session.title) || holds(project.name)),
    ),
  }));
  return words.length === 0
    ? groups
    : groups.filter(({ project, sessions }) => sessions.length > 0 || holds(project.name));
}
