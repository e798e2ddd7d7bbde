// The gateway's `/api` for one person, in memory.
import type { IncomingMessage } from 'node:http';
import {
  CSRF_HEADER,
  type Invitation,
  type Machine,
  type Member,
  type TeamKey,
  type UserModel,
} from '@spectral/proto/wire';
import { INVITATIONS, KEYS, ME, MEMBERS, MODELS, usageReport, USER_MODELS } from './fake-data.ts';
import { failure, type Answer } from './fake-machine.ts';

export const PASSWORD = 'correct horse battery';
export const LOGIN_CODE = 'one-time-code';

export class FakeGateway {
  signedIn = true;
  me = ME;
  machines: Machine[] = [];
  members: readonly Member[] = MEMBERS;
  invitations: readonly Invitation[] = INVITATIONS;
  keys: readonly TeamKey[] = KEYS;
  userModels: readonly UserModel[] = USER_MODELS;
  granted = new Set(MODELS.map(({ id }) => id));
  /** Where the browser link is; filled in by the server. */
  origin = '';
  /** Machines that somebody asked for, as they came. */
  readonly wakes: string[] = [];
  /** Approvals of command lines, as they came. */
  readonly approvals: unknown[] = [];

  answer(
    method: string,
    path: string,
    given: Readonly<Record<string, unknown>>,
    headers: IncomingMessage['headers'],
  ): Answer {
    if (method !== 'GET' && headers[CSRF_HEADER] !== '1')
      return failure(403, 'csrf', 'the CSRF header is missing');
    const open = this.#openRoute(method, path, given);
    if (open) return open;
    if (!this.signedIn) return failure(401, 'not-signed-in', 'Log in first.');
    return (
      this.#machineRoute(method, path, given) ??
      this.#teamRoute(method, path, given) ??
      notFound(method, path)
    );
  }

  #openRoute(method: string, path: string, given: Readonly<Record<string, unknown>>): Answer | null {
    switch (`${method} ${path}`) {
      case 'GET /api/auth/state':
        return found({ signedIn: this.signedIn, firstRun: false });
      case 'POST /api/auth/login':
        if (given.password !== PASSWORD)
          return failure(401, 'wrong-credentials', 'Email or password is wrong. Check both and try again.');
        this.signedIn = true;
        return found(this.me);
      case 'POST /api/auth/link':
        if (given.code !== LOGIN_CODE)
          return failure(410, 'link-used', 'This login link was used already or is too old.');
        this.signedIn = true;
        return found(this.me);
      case 'POST /api/auth/logout':
        this.signedIn = false;
        return found({ ok: true });
      case 'GET /api/invitations/welcome':
        return found({ team: { name: 'Core platform' }, role: 'member', email: null });
      case 'POST /api/invitations/welcome/accept':
        this.signedIn = true;
        return found(this.me);
      default:
        return null;
    }
  }

  #machineRoute(method: string, path: string, given: Readonly<Record<string, unknown>>): Answer | null {
    const id = path.split('/')[3] ?? '';
    switch (`${method} ${path.replace(id || '\u0000', ':id')}`) {
      case 'GET /api/machines':
        return found({ machines: this.machines });
      case 'PATCH /api/machines/:id/visibility': {
        const visibility = given.visibility === 'PRIVATE' ? 'PRIVATE' : 'SHARED';
        this.machines = this.machines.map((machine) =>
          machine.id === id ? { ...machine, visibility } : machine,
        );
        return found({ machine: this.machines.find((machine) => machine.id === id) });
      }
      case 'POST /api/machines/:id/wake':
        this.wakes.push(id);
        return { status: 202, body: { machine: this.machines.find((machine) => machine.id === id) } };
      case 'DELETE /api/machines/:id':
        this.machines = this.machines.filter((machine) => machine.id !== id);
        return found({ ok: true });
      default:
        return null;
    }
  }

  #teamRoute(method: string, path: string, given: Readonly<Record<string, unknown>>): Answer | null {
    const route = `${method} ${path.replace(/^\/api\/teams\/[^/]+/, '/api/teams/:team').replace(/(keys|members|invitations|user-models)\/[^/]+/, '$1/:id')}`;
    switch (route) {
      case 'GET /api/auth/me':
        return found(this.me);
      case 'PATCH /api/auth/me':
        this.me = { ...this.me, user: { ...this.me.user, ...pick(given, 'name', 'email') } };
        return found(this.me);
      case 'POST /api/relay-tickets':
        return found({
          ticket: 'ticket',
          relayUrl: this.origin,
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
        });
      case 'POST /api/cli-auth/approve':
      case 'POST /api/cli-auth/device/approve':
        this.approvals.push(given);
        return found({ code: 'cli-code' });
      case 'GET /api/teams/:team/members':
        return found({ members: this.members });
      case 'GET /api/teams/:team/invitations':
        return found({ invitations: this.invitations });
      case 'POST /api/teams/:team/invitations': {
        const invitation: Invitation = { ...(INVITATIONS[0] as Invitation), id: 'i-2', email: null };
        this.invitations = [...this.invitations, invitation];
        return created({ invitation, link: `${this.origin}/invite/welcome` });
      }
      case 'GET /api/teams/:team/keys':
        return found({ keys: this.keys });
      case 'POST /api/teams/:team/keys': {
        const key = { ...(KEYS[1] as TeamKey), id: 'k-3', name: String(given.name) };
        this.keys = [...this.keys, key];
        return created({ key, secret: 'sk-spectral-team-Zb04cW8dJYtN2mHq6VfR' });
      }
      case 'POST /api/teams/:team/keys/:id/rotate':
        return found({ key: this.keys[0], secret: 'sk-spectral-team-Rn77aK2pLUxQ5sTg9YvE' });
      case 'DELETE /api/teams/:team/keys/:id':
        this.keys = this.keys.slice(1);
        return found({ ok: true });
      case 'PUT /api/teams/:team/models':
        this.granted = new Set(given.granted as string[]);
        return this.#models();
      case 'GET /api/teams/:team/models':
        return this.#models();
      case 'POST /api/teams/:team/user-models': {
        const userModel = {
          ...(USER_MODELS[0] as UserModel),
          rowId: 'um-2',
          ...pick(given, 'modelId', 'displayName', 'baseUrl'),
        };
        this.userModels = [...this.userModels, { ...userModel, id: String(given.modelId) }];
        return created({ userModel });
      }
      case 'GET /api/teams/:team/usage?days=30':
      case 'GET /api/teams/:team/usage?days=7':
      case 'GET /api/teams/:team/usage?days=90':
        return found(usageReport());
      default:
        return null;
    }
  }

  #models(): Answer {
    const catalogue = MODELS.filter(({ kind }) => kind !== 'user').map((model) => ({
      ...model,
      granted: this.granted.has(model.id),
    }));
    return found({ catalogue, userModels: this.userModels });
  }
}

const found = (body: unknown): Answer => ({ status: 200, body });
const created = (body: unknown): Answer => ({ status: 201, body });
const notFound = (method: string, path: string): Answer =>
  failure(404, 'not-found', `no such route: ${method} ${path}`);

function pick(given: Readonly<Record<string, unknown>>, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])),
  );
}
