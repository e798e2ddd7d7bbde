/** Every route of machine-api.ts as a function. Each rejects as `MachineClient.request` does, or with BadInput. */
import * as v from 'valibot';
import {
  model,
  numbering,
  parse,
  projectInfo,
  sessionInfo,
  type HealthAnswer,
  type Model,
  type NewProject,
  type Numbered,
  type PathEntry,
  type ProjectInfo,
  type Prompt,
  type PromptReceipt,
  type RequestPayload,
  type ResponsePayload,
  type SessionEvent,
  type SessionInfo,
} from '../wire/index.ts';
import { isSessionEvent } from './stream-payload.ts';
import type { RequestOptions } from './machine-client.ts';

/** What carries the calls: a MachineClient, or the machine's local socket. */
export interface MachineRequests {
  request(
    method: RequestPayload['method'],
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<Pick<ResponsePayload, 'body'>>;
}

export interface MachineCalls {
  health(options?: RequestOptions): Promise<HealthAnswer>;
  models(options?: RequestOptions): Promise<Model[]>;
  /** Directories whose path begins so, for completion. */
  paths(prefix: string, options?: RequestOptions): Promise<PathEntry[]>;
  projects(options?: RequestOptions): Promise<ProjectInfo[]>;
  createProject(project: NewProject, options?: RequestOptions): Promise<ProjectInfo>;
  changeProject(
    id: string,
    patch: { name?: string; path?: string },
    options?: RequestOptions,
  ): Promise<ProjectInfo>;
  deleteProject(id: string, options?: RequestOptions): Promise<void>;
  bindStudio(id: string, studioProjectId: string, options?: RequestOptions): Promise<ProjectInfo>;
  sessions(projectId: string, options?: RequestOptions): Promise<SessionInfo[]>;
  createSession(projectId: string, session: SessionWish, options?: RequestOptions): Promise<SessionInfo>;
  session(id: string, options?: RequestOptions): Promise<SessionHistory>;
  changeSession(id: string, patch: SessionWish, options?: RequestOptions): Promise<SessionInfo>;
  deleteSession(id: string, options?: RequestOptions): Promise<void>;
  prompt(sessionId: string, prompt: Prompt, options?: RequestOptions): Promise<PromptReceipt>;
  /** Takes a queued prompt back. */
  withdrawPrompt(sessionId: string, promptId: string, options?: RequestOptions): Promise<void>;
  /** Whether a turn was running. */
  cancel(sessionId: string, options?: RequestOptions): Promise<boolean>;
  /** Loop mode ends after the running iteration. */
  stopLoop(sessionId: string, options?: RequestOptions): Promise<void>;
  fork(sessionId: string, fork: { title?: string }, options?: RequestOptions): Promise<SessionInfo>;
  compact(sessionId: string, wish: { instructions?: string }, options?: RequestOptions): Promise<void>;
  /** `data` is base64. */
  image(
    sessionId: string,
    imageId: string,
    options?: RequestOptions,
  ): Promise<{ mimeType: string; data: string }>;
}

export interface SessionWish {
  readonly title?: string;
  readonly modelId?: string;
}

export interface SessionHistory {
  readonly session: SessionInfo;
  /** As in a snapshot from 0; events of unknown types are left out. */
  readonly events: readonly Numbered<SessionEvent>[];
}

const health = v.object({
  version: v.string(),
  hostname: v.string(),
  pid: v.number(),
  uptimeSeconds: v.number(),
  sessions: v.number(),
  running: v.number(),
});
const modelList = v.object({ models: v.array(model) });
const pathList = v.object({
  entries: v.array(v.object({ path: v.string(), name: v.string(), repository: v.boolean() })),
});
const projectList = v.object({ projects: v.array(projectInfo) });
const oneProject = v.object({ project: projectInfo });
const sessionList = v.object({ sessions: v.array(sessionInfo) });
const oneSession = v.object({ session: sessionInfo });
const history = v.object({ session: sessionInfo, events: v.array(v.looseObject(numbering.entries)) });
const receipt = v.object({ promptId: v.string(), state: v.picklist(['running', 'queued', 'steering']) });
const cancelled = v.object({ cancelled: v.boolean() });
const image = v.object({ mimeType: v.string(), data: v.string() });
const anything = v.unknown();

/** The calls of a machine over a client of it. */
export function machineCalls(machine: MachineRequests): MachineCalls {
  const call = async <S extends v.GenericSchema>(
    answer: S,
    [method, path]: readonly [RequestPayload['method'], string],
    body?: unknown,
    options?: RequestOptions,
  ): Promise<v.InferOutput<S>> =>
    parse(answer, (await machine.request(method, path, body, options)).body, `${method} ${path}`);
  const project = (id: string, rest = '') => `/api/projects/${encodeURIComponent(id)}${rest}`;
  const session = (id: string, rest = '') => `/api/sessions/${encodeURIComponent(id)}${rest}`;

  return {
    health: (options) => call(health, ['GET', '/api/health'], undefined, options),
    models: async (options) => (await call(modelList, ['GET', '/api/models'], undefined, options)).models,
    paths: async (prefix, options) =>
      (await call(pathList, ['GET', `/api/paths?prefix=${encodeURIComponent(prefix)}`], undefined, options))
        .entries,
    projects: async (options) =>
      (await call(projectList, ['GET', '/api/projects'], undefined, options)).projects,
    createProject: async (wish, options) =>
      (await call(oneProject, ['POST', '/api/projects'], wish, options)).project,
    changeProject: async (id, patch, options) =>
      (await call(oneProject, ['PATCH', project(id)], patch, options)).project,
    deleteProject: async (id, options) =>
      void (await call(anything, ['DELETE', project(id)], undefined, options)),
    bindStudio: async (id, studioProjectId, options) =>
      (await call(oneProject, ['POST', project(id, '/bind-studio')], { studioProjectId }, options)).project,
    sessions: async (projectId, options) =>
      (await call(sessionList, ['GET', project(projectId, '/sessions')], undefined, options)).sessions,
    createSession: async (projectId, wish, options) =>
      (await call(oneSession, ['POST', project(projectId, '/sessions')], wish, options)).session,
    session: async (id, options) =>
      knownHistory(await call(history, ['GET', session(id)], undefined, options)),
    changeSession: async (id, patch, options) =>
      (await call(oneSession, ['PATCH', session(id)], patch, options)).session,
    deleteSession: async (id, options) =>
      void (await call(anything, ['DELETE', session(id)], undefined, options)),
    prompt: (id, prompt, options) => call(receipt, ['POST', session(id, '/prompts')], prompt, options),
    withdrawPrompt: async (id, promptId, options) =>
      void (await call(
        anything,
        ['DELETE', session(id, `/prompts/${encodeURIComponent(promptId)}`)],
        undefined,
        options,
      )),
    cancel: async (id, options) =>
      (await call(cancelled, ['POST', session(id, '/cancel')], undefined, options)).cancelled,
    stopLoop: async (id, options) =>
      void (await call(anything, ['DELETE', session(id, '/loop')], undefined, options)),
    fork: async (id, wish, options) =>
      (await call(oneSession, ['POST', session(id, '/fork')], wish, options)).session,
    compact: async (id, wish, options) =>
      void (await call(anything, ['POST', session(id, '/compact')], wish, options)),
    image: (id, imageId, options) =>
      call(image, ['GET', session(id, `/images/${encodeURIComponent(imageId)}`)], undefined, options),
  };
}

function knownHistory({ session, events }: v.InferOutput<typeof history>): SessionHistory {
  return { session, events: events.filter(isSessionEvent) };
}
