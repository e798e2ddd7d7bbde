// A scripted machine: projects, sessions and turns over the real wire, in memory.
import { randomUUID } from 'node:crypto';
import {
  MACHINE_CHANNEL,
  MACHINE_DRAINING,
  parse,
  prompt as promptShape,
  type Actor,
  type ErrorBody,
  type MachineEvent,
  type MachineReady,
  type ProjectInfo,
  type Prompt,
  type QueuedPrompt,
  type RequestPayload,
  type SessionEvent,
  type SessionInfo,
  type SessionReady,
} from '@spectral/proto/wire';
import { EventLog } from './event-log.ts';
import { MODELS, noUsage, PATHS } from './fake-data.ts';
import { briefTurn, type Script } from './scripts.ts';

export const EPOCH = 1;

interface FakeSession {
  info: SessionInfo;
  readonly log: EventLog<SessionEvent, SessionReady>;
  readonly images: Map<string, { mimeType: string; data: string }>;
  queue: (QueuedPrompt & { prompt: Prompt; actor: Actor })[];
  running: { turnId: string; first: number; stop: () => void } | null;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class FakeMachine {
  readonly id: string;
  readonly lists: EventLog<MachineEvent, MachineReady>;
  readonly projects = new Map<string, ProjectInfo>();
  readonly sessions = new Map<string, FakeSession>();
  /** Plays the next turns; a test may set its own. */
  script: (prompt: Prompt) => Script = () => briefTurn;
  /** Whether it refuses what would begin a turn. */
  isCordoned = false;
  /** Requests as they came, for assertions. */
  readonly requests: RequestPayload[] = [];
  readonly #answers = new Map<string, Answer>();

  constructor(id: string = randomUUID()) {
    this.id = id;
    this.lists = new EventLog(MACHINE_CHANNEL, (_from, head) => ({
      type: 'machine_ready',
      epoch: EPOCH,
      head,
      version: '0.1.0',
      hostname: 'staging-01.lan',
      home: '/home/ada',
      projects: [...this.projects.values()],
      sessions: [...this.sessions.values()].map(({ info }) => info),
    }));
  }

  addProject(path: string, patch: Partial<ProjectInfo> = {}): ProjectInfo {
    const now = new Date().toISOString();
    const name = path.slice(path.lastIndexOf('/') + 1);
    const project: ProjectInfo = {
      id: randomUUID(),
      name,
      path,
      exists: true,
      studioProjectId: null,
      createdAt: now,
      updatedAt: now,
      ...patch,
    };
    this.projects.set(project.id, project);
    this.lists.append({ type: 'project_changed', project });
    return project;
  }

  addSession(projectId: string, patch: Partial<SessionInfo> = {}): SessionInfo {
    const now = new Date().toISOString();
    const info: SessionInfo = {
      id: randomUUID(),
      projectId,
      title: 'New session',
      status: 'idle',
      modelId: null,
      actor: null,
      forkedFrom: null,
      loop: null,
      queued: 0,
      messages: 0,
      usage: noUsage(),
      head: 0,
      createdAt: now,
      updatedAt: now,
      ...patch,
    };
    const log = new EventLog<SessionEvent, SessionReady>(info.id, (from, head) =>
      this.#sessionReady(info.id, from, head),
    );
    this.sessions.set(info.id, { info, log, images: new Map(), queue: [], running: null });
    this.lists.append({ type: 'session_created', session: info });
    return info;
  }

  /** Changes what the lists say of a session. */
  change(sessionId: string, patch: Partial<SessionInfo>): SessionInfo {
    const session = this.#session(sessionId);
    session.info = {
      ...session.info,
      ...patch,
      head: session.log.head,
      updatedAt: patch.updatedAt ?? new Date().toISOString(),
    };
    this.lists.append({ type: 'session_changed', session: session.info });
    return session.info;
  }

  /** Ends all running turns, so that nothing outlives a test. */
  stop(): void {
    for (const session of this.sessions.values()) {
      session.queue = [];
      session.running?.stop();
    }
  }

  log(sessionId: string): EventLog<SessionEvent, SessionReady> {
    return this.#session(sessionId).log;
  }

  /** Answers a request; a key that came before gets the answer from then. */
  async request(payload: RequestPayload, actor: Actor): Promise<Answer> {
    this.requests.push(payload);
    const known = payload.key === undefined ? undefined : this.#answers.get(payload.key);
    if (known) return known;
    const answer = this.#route(payload, actor);
    if (payload.key !== undefined) this.#answers.set(payload.key, answer);
    return answer;
  }

  #route({ method, path, body }: RequestPayload, actor: Actor): Answer {
    const url = new URL(path, 'http://machine');
    const [, , kind, id = '', rest, restId = ''] = url.pathname.split('/');
    const route = `${method} ${kind}${id ? '/:id' : ''}${rest ? `/${rest}` : ''}`;
    const given = (body ?? {}) as Record<string, unknown>;
    switch (route) {
      case 'GET models':
        return { status: 200, body: { models: MODELS } };
      case 'GET paths':
        return { status: 200, body: { entries: pathsFor(url.searchParams.get('prefix') ?? '') } };
      case 'POST projects':
        return this.#createProject(String(given.path));
      case 'PATCH projects/:id': {
        const project = { ...this.projects.get(id), ...given } as ProjectInfo;
        this.projects.set(id, project);
        this.lists.append({ type: 'project_changed', project });
        return { status: 200, body: { project } };
      }
      case 'DELETE projects/:id':
        this.projects.delete(id);
        this.lists.append({ type: 'project_deleted', projectId: id });
        return ok;
      case 'POST projects/:id/sessions':
        return { status: 201, body: { session: this.addSession(id, { actor }) } };
      case 'PATCH sessions/:id':
        if (typeof given.title === 'string')
          this.log(id).append({ type: 'session_renamed', title: given.title });
        return { status: 200, body: { session: this.change(id, given) } };
      case 'DELETE sessions/:id': {
        const { projectId } = this.#session(id).info;
        this.sessions.delete(id);
        this.lists.append({ type: 'session_deleted', sessionId: id, projectId });
        return ok;
      }
      case 'POST sessions/:id/prompts':
        if (this.isCordoned)
          return failure(503, MACHINE_DRAINING, 'This machine begins nothing new at the moment.');
        return { status: 202, body: this.#prompt(id, parse(promptShape, given, 'prompt'), actor) };
      case 'DELETE sessions/:id/prompts':
        return this.#withdraw(id, restId);
      case 'POST sessions/:id/cancel':
        this.#session(id).running?.stop();
        return { status: 200, body: { cancelled: true } };
      case 'DELETE sessions/:id/loop':
        return ok;
      case 'POST sessions/:id/fork': {
        const source = this.#session(id).info;
        const session = this.addSession(source.projectId, {
          title: `${source.title} (fork)`,
          forkedFrom: id,
        });
        return { status: 201, body: { session } };
      }
      case 'POST sessions/:id/compact':
        this.log(id).append(
          { type: 'compaction', phase: 'start', reason: 'manual', detail: '' },
          { type: 'compaction', phase: 'end', reason: 'manual', detail: '48.2k tokens became 3.1k' },
        );
        return { status: 202, body: { ok: true } };
      case 'GET sessions/:id/images':
        return {
          status: 200,
          body: this.#session(id).images.get(restId) ?? { mimeType: 'image/png', data: '' },
        };
      default:
        return failure(404, 'not-found', `no such route: ${method} ${path}`);
    }
  }

  #createProject(path: string): Answer {
    if (!PATHS.includes(path)) {
      return failure(
        400,
        'no-such-directory',
        `There is no directory ${path} on this machine. Create it there first.`,
      );
    }
    return { status: 201, body: { project: this.addProject(path) } };
  }

  #prompt(id: string, prompt: Prompt, actor: Actor): { promptId: string; state: string } {
    const session = this.#session(id);
    const promptId = randomUUID();
    const mode = prompt.mode ?? 'queue';
    if (session.running && mode === 'queue') {
      session.queue.push({
        promptId,
        content: prompt.content,
        mode,
        images: prompt.images?.length ?? 0,
        prompt,
        actor,
      });
      this.#queueChanged(session);
      return { promptId, state: 'queued' };
    }
    if (session.running) {
      this.#userMessage(session, promptId, prompt, actor);
      return { promptId, state: 'steering' };
    }
    this.#start(session, promptId, prompt, actor);
    return { promptId, state: 'running' };
  }

  #start(session: FakeSession, promptId: string, prompt: Prompt, actor: Actor): void {
    this.#userMessage(session, promptId, prompt, actor);
    const turnId = randomUUID();
    const first = session.log.head + 1;
    const modelId = prompt.modelId ?? MODELS[0].id;
    session.log.append({ type: 'turn_start', turnId, modelId });
    let isOver = false;
    const end = (reason: 'done' | 'cancelled' | 'error') => {
      if (isOver) return;
      isOver = true;
      session.running = null;
      session.log.append({ type: 'agent_end', turnId, reason });
      this.change(session.info.id, { status: reason === 'error' ? 'failed' : 'idle' });
      const next = session.queue.shift();
      if (!next) return;
      this.#queueChanged(session);
      this.#start(session, next.promptId, next.prompt, next.actor);
    };
    session.running = { turnId, first, stop: () => end('cancelled') };
    this.change(session.info.id, { status: 'running' });
    const emit = (...events: readonly SessionEvent[]) => void (isOver || session.log.append(...events));
    void this.script(prompt)({ emit, modelId, isOver: () => isOver }).then(end);
  }

  #userMessage(session: FakeSession, promptId: string, prompt: Prompt, actor: Actor): void {
    const images = (prompt.images ?? []).map(({ mimeType, data }) => {
      const id = randomUUID();
      session.images.set(id, { mimeType, data });
      return { id, mimeType, bytes: Math.round(data.length * 0.75) };
    });
    const { content, mode = 'queue' } = prompt;
    session.log.append({
      type: 'user_message',
      messageId: randomUUID(),
      promptId,
      content,
      images,
      actor,
      mode,
    });
  }

  #withdraw(id: string, promptId: string): Answer {
    const session = this.#session(id);
    session.queue = session.queue.filter((prompt) => prompt.promptId !== promptId);
    this.#queueChanged(session);
    return ok;
  }

  #queueChanged(session: FakeSession): void {
    const queue = session.queue.map(({ promptId, content, mode, images }) => ({
      promptId,
      content,
      mode,
      images,
    }));
    session.log.append({ type: 'queue_changed', queue });
    this.change(session.info.id, { queued: queue.length });
  }

  #session(id: string): FakeSession {
    const session = this.sessions.get(id);
    if (!session) throw new Error(`the fake machine has no session ${id}`);
    return session;
  }

  #sessionReady(id: string, from: number, head: number): SessionReady {
    const { info, running } = this.#session(id);
    const currentTurn = running ? { turnId: running.turnId, first: running.first } : null;
    return { type: 'session_ready', session: info, epoch: EPOCH, from, head, currentTurn };
  }
}

const ok: Answer = { status: 200, body: { ok: true } };

export function failure(
  status: number,
  code: string,
  message: string,
  details?: Record<string, unknown>,
): Answer {
  const body: ErrorBody = { error: { code, message, ...(details ? { details } : {}) } };
  return { status, body };
}

function pathsFor(prefix: string) {
  const wanted = prefix.replace(/^~/, '/home/ada');
  return PATHS.filter(
    (path) => path.startsWith(wanted) && path !== wanted && !path.slice(wanted.length).includes('/'),
  ).map((path) => ({
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    repository: path.endsWith('relay') || path.endsWith('site'),
  }));
}
