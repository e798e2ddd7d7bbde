/** Routes about the machine and its projects. */
import {
  bindStudio,
  newProject,
  parse,
  projectPatch,
  type HealthAnswer,
  type Model,
} from '@spectral/proto/wire';
import type { LiveSessions } from '../live/live-sessions.ts';
import type { ProjectList } from '../live/project-list.ts';
import { completePath } from './path-completion.ts';
import type { Call, Route } from './routes.ts';

export interface MachineRoutesOptions {
  readonly projects: ProjectList;
  readonly sessions: LiveSessions;
  /** Models granted to this machine, as fresh as the gateway can be asked now. */
  readonly models: () => Promise<readonly Model[]>;
  readonly health: () => HealthAnswer;
  readonly home: string;
}

export function machineRoutes({ projects, sessions, models, health, home }: MachineRoutesOptions): Route[] {
  const id = ({ params }: Call): string => params['id'] ?? '';
  return [
    { method: 'GET', pattern: '/api/health', handle: () => health() },
    { method: 'GET', pattern: '/api/models', handle: async () => ({ models: await models() }) },
    {
      method: 'GET',
      pattern: '/api/paths',
      handle: async ({ query }) => ({ entries: await completePath(query.get('prefix') ?? '', home) }),
    },
    { method: 'GET', pattern: '/api/projects', handle: () => ({ projects: projects.all() }) },
    {
      method: 'POST',
      pattern: '/api/projects',
      status: 201,
      handle: ({ body }) => ({ project: projects.create(parse(newProject, body, 'project')) }),
    },
    {
      method: 'PATCH',
      pattern: '/api/projects/:id',
      handle: (call) => {
        const project = projects.patch(id(call), parse(projectPatch, call.body, 'project'));
        sessions.projectMoved(project.id);
        return { project };
      },
    },
    {
      method: 'DELETE',
      pattern: '/api/projects/:id',
      handle: (call) => {
        projects.get(id(call));
        sessions.deleteOfProject(id(call));
        projects.delete(id(call));
        return { ok: true };
      },
    },
    {
      method: 'POST',
      pattern: '/api/projects/:id/bind-studio',
      handle: (call) => {
        const { studioProjectId } = parse(bindStudio, call.body, 'binding');
        return { project: projects.bind(id(call), studioProjectId) };
      },
    },
  ];
}
