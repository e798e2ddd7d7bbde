/** Routes about sessions. */
import { createHash, randomUUID } from 'node:crypto';
import {
  MAX_FRAME_BYTES,
  compactSession,
  forkSession,
  newSession,
  parse,
  prompt,
  sessionPatch,
} from '@spectral/proto/wire';
import { NoSuchThing, NotNow } from '../live/live-errors.ts';
import type { LiveSessions } from '../live/live-sessions.ts';
import type { ProjectList } from '../live/project-list.ts';
import type { Store } from '../store/store.ts';
import type { Call, Route } from './routes.ts';

export interface SessionRoutesOptions {
  readonly sessions: LiveSessions;
  readonly projects: ProjectList;
  readonly store: Pick<Store, 'history' | 'images'>;
}

export function sessionRoutes({ sessions, projects, store }: SessionRoutesOptions): Route[] {
  const id = ({ params }: Call): string => params['id'] ?? '';
  return [
    {
      method: 'GET',
      pattern: '/api/projects/:id/sessions',
      handle: (call) => ({ sessions: sessions.ofProject(projects.get(id(call)).id) }),
    },
    {
      method: 'POST',
      pattern: '/api/projects/:id/sessions',
      status: 201,
      handle: (call) => {
        const wanted = parse(newSession, call.body ?? {}, 'session');
        return { session: sessions.create(projects.get(id(call)).id, wanted, call.actor) };
      },
    },
    {
      method: 'GET',
      pattern: '/api/sessions/:id',
      handle: (call) => wholeSession(id(call), sessions, store),
    },
    {
      method: 'PATCH',
      pattern: '/api/sessions/:id',
      handle: (call) => {
        const session = sessions.get(id(call));
        session.patch(parse(sessionPatch, call.body, 'session'));
        return { session: session.info };
      },
    },
    {
      method: 'DELETE',
      pattern: '/api/sessions/:id',
      handle: (call) => {
        sessions.delete(id(call));
        return { ok: true };
      },
    },
    {
      method: 'POST',
      pattern: '/api/sessions/:id/prompts',
      status: 202,
      handle: (call) =>
        sessions.get(id(call)).prompt(parse(prompt, call.body, 'prompt'), promptIdOf(call), call.actor),
    },
    {
      method: 'DELETE',
      pattern: '/api/sessions/:id/prompts/:promptId',
      handle: (call) => {
        sessions.get(id(call)).withdraw(call.params['promptId'] ?? '');
        return { ok: true };
      },
    },
    {
      method: 'POST',
      pattern: '/api/sessions/:id/cancel',
      handle: (call) => ({ cancelled: sessions.get(id(call)).cancel() }),
    },
    {
      method: 'DELETE',
      pattern: '/api/sessions/:id/loop',
      handle: (call) => {
        sessions.get(id(call)).stopLoop();
        return { ok: true };
      },
    },
    {
      method: 'POST',
      pattern: '/api/sessions/:id/fork',
      status: 201,
      handle: (call) => {
        const { title } = parse(forkSession, call.body ?? {}, 'fork');
        return { session: sessions.fork(id(call), title, call.actor) };
      },
    },
    {
      method: 'POST',
      pattern: '/api/sessions/:id/compact',
      status: 202,
      handle: (call) => {
        sessions.get(id(call)).compact(parse(compactSession, call.body ?? {}, 'compaction').instructions);
        return { ok: true };
      },
    },
    {
      method: 'GET',
      pattern: '/api/sessions/:id/images/:imageId',
      handle: (call) => imageOf(id(call), call, store),
    },
  ];
}

function wholeSession(id: string, sessions: LiveSessions, { history }: Pick<Store, 'history'>): unknown {
  const found = sessions.reading(id);
  if (!found) throw new NoSuchThing('session', id);
  const { events, final } = history.read(id, 0, found.info.head, MAX_FRAME_BYTES / 2);
  if (!final)
    throw new NotNow('answer-too-large', 'the session is too long for one answer; open its channel instead');
  return { session: found.info, events: events.map((text): unknown => JSON.parse(text)) };
}

function imageOf(sessionId: string, { params }: Call, { images }: Pick<Store, 'images'>): unknown {
  const image = images.get(sessionId, params['imageId'] ?? '');
  if (!image) throw new NoSuchThing('image', params['imageId'] ?? '');
  return { mimeType: image.mimeType, data: image.data.toString('base64') };
}

/** The same key gives the same prompt, so that a repeated one is known even when its answer was never kept. */
function promptIdOf({ key, params, actor }: Call): string {
  if (key === undefined) return randomUUID();
  const hex = createHash('sha256')
    .update(JSON.stringify([params['id'], actor?.userId ?? null, key]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
