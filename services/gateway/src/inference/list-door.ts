/** `GET /v1/models`, `GET /v1/models/<id>`, and a clear refusal for any other path below `/v1`: this is no open relay. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Model } from '@spectral/proto/wire';
import { modelListFor, modelShapeFor } from '../models/model-list.ts';
import { admissionRefusal, type AdmitMachine } from './caller.ts';
import type { TeamModels } from './choose-model.ts';
import { dialectOf, splitTarget } from './endpoints.ts';
import { sendRefusal } from './forwarding.ts';
import type { Door } from './inference-door.ts';
import { Refusal } from './refusal.ts';

export interface ListDoorParts {
  readonly admit: AdmitMachine;
  readonly modelsOf: (teamId: string) => Promise<TeamModels>;
  readonly newRequestId: () => string;
}

const LIST_PATH = '/v1/models';

export function createListDoor(parts: ListDoorParts): Door {
  return (request, response, next) => {
    const { path } = splitTarget(request.url ?? '');
    if (path !== '/v1' && !path.startsWith('/v1/')) return next();
    const { method = 'GET', headers } = request;
    answer(parts, { method, path, headers }, response).catch((error: unknown) => {
      const dialect = dialectOf(path, headers['anthropic-version'] !== undefined);
      sendRefusal(response, asRefusal(error), dialect, parts.newRequestId());
    });
  };
}

interface ListRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

async function answer(parts: ListDoorParts, request: ListRequest, response: ServerResponse): Promise<void> {
  const { teamId } = await parts.admit(request);
  const wanted = wantedModel(request);
  const { granted } = await parts.modelsOf(teamId);
  const models = [...granted.values()].map(({ model }) => model);
  if (wanted === null) return send(response, modelListFor(request.headers, models));
  const model = models.find(({ id }) => id === wanted);
  if (!model) throw new Refusal('model-unknown', `There is no model ${wanted} for this team.`);
  send(response, modelShapeFor(request.headers, model));
}

/** The id in the path, or null for the whole list. Throws Refusal for every other path. */
function wantedModel({ method, path }: ListRequest): string | null {
  if (method === 'GET' && path === LIST_PATH) return null;
  const id = path.startsWith(`${LIST_PATH}/`) ? path.slice(LIST_PATH.length + 1) : '';
  if (method === 'GET' && id !== '') return decoded(id);
  throw new Refusal(
    'not-found',
    `There is no ${method} ${path} here. This gateway has messages, messages/count_tokens, chat/completions and models.`,
  );
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function send(response: ServerResponse, { type, body }: { type: string; body: object | Model }): void {
  const text = JSON.stringify(body);
  response.writeHead(200, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return (
    admissionRefusal(error) ??
    new Refusal('accounts-away', 'overloaded: this gateway cannot look up the team at the moment.', error)
  );
}
