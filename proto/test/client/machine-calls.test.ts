import assert from 'node:assert/strict';
import { machineCalls, type RequestOptions } from '../../client/index.ts';
import { BadInput, type ProjectInfo } from '../../wire/index.ts';
import { sessionInfoOf } from '../support/reference-machine.ts';

const project: ProjectInfo = {
  id: 'p',
  name: 'spectral',
  path: '/home/ada/spectral',
  exists: true,
  studioProjectId: null,
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T08:00:00.000Z',
};
const session = sessionInfoOf(3);

describe('calls of a machine', () => {
  const cases = [
    [
      'health',
      'GET /api/health',
      { version: '1', hostname: 'h', pid: 1, uptimeSeconds: 2, sessions: 3, running: 0 },
      (calls) => calls.health(),
    ],
    ['models', 'GET /api/models', { models: [] }, (calls) => calls.models()],
    ['paths', 'GET /api/paths?prefix=%2Fhome%2Fa%20b', { entries: [] }, (calls) => calls.paths('/home/a b')],
    ['projects', 'GET /api/projects', { projects: [project] }, (calls) => calls.projects()],
    [
      'createProject',
      'POST /api/projects',
      { project },
      (calls) => calls.createProject({ path: '~/spectral' }),
    ],
    [
      'changeProject',
      'PATCH /api/projects/p',
      { project },
      (calls) => calls.changeProject('p', { name: 'x' }),
    ],
    ['deleteProject', 'DELETE /api/projects/p', { ok: true }, (calls) => calls.deleteProject('p')],
    ['bindStudio', 'POST /api/projects/p/bind-studio', { project }, (calls) => calls.bindStudio('p', 's')],
    ['sessions', 'GET /api/projects/p/sessions', { sessions: [session] }, (calls) => calls.sessions('p')],
    ['createSession', 'POST /api/projects/p/sessions', { session }, (calls) => calls.createSession('p', {})],
    ['session', 'GET /api/sessions/s', { session, events: [] }, (calls) => calls.session('s')],
    [
      'changeSession',
      'PATCH /api/sessions/s',
      { session },
      (calls) => calls.changeSession('s', { title: 't' }),
    ],
    ['deleteSession', 'DELETE /api/sessions/s', { ok: true }, (calls) => calls.deleteSession('s')],
    [
      'prompt',
      'POST /api/sessions/s/prompts',
      { promptId: 'q', state: 'queued' },
      (calls) => calls.prompt('s', { content: 'hi' }),
    ],
    [
      'withdrawPrompt',
      'DELETE /api/sessions/s/prompts/q',
      { ok: true },
      (calls) => calls.withdrawPrompt('s', 'q'),
    ],
    ['cancel', 'POST /api/sessions/s/cancel', { cancelled: true }, (calls) => calls.cancel('s')],
    ['stopLoop', 'DELETE /api/sessions/s/loop', { ok: true }, (calls) => calls.stopLoop('s')],
    ['fork', 'POST /api/sessions/s/fork', { session }, (calls) => calls.fork('s', {})],
    ['compact', 'POST /api/sessions/s/compact', { ok: true }, (calls) => calls.compact('s', {})],
    [
      'image',
      'GET /api/sessions/s/images/i',
      { mimeType: 'image/png', data: 'AA' },
      (calls) => calls.image('s', 'i'),
    ],
  ] as const satisfies readonly (readonly [
    string,
    string,
    unknown,
    (calls: ReturnType<typeof machineCalls>) => Promise<unknown>,
  ])[];

  for (const [name, route, answer, call] of cases) {
    it(`${name} calls ${route}`, async () => {
      const { calls, asked } = machineAnswering(answer);

      await call(calls);

      assert.deepEqual(asked, [route]);
    });
  }

  it('has a case for every call', () => {
    const { calls } = machineAnswering({});

    assert.deepEqual(Object.keys(calls).toSorted(), cases.map(([name]) => name).toSorted());
  });

  it('gives the answer itself, without its wrapping', async () => {
    assert.deepEqual(await machineAnswering({ projects: [project] }).calls.projects(), [project]);
    assert.equal(await machineAnswering({ cancelled: false }).calls.cancel('s'), false);
  });

  it('hands options on, such as the key of a prompt that is sent again', async () => {
    const { calls, options } = machineAnswering({ promptId: 'q', state: 'running' });

    await calls.prompt('s', { content: 'hi' }, { key: 'the-same-key' });

    assert.deepEqual(options, [{ key: 'the-same-key' }]);
  });

  it('leaves out events of a history that it does not know', async () => {
    const events = [
      { type: 'session_renamed', title: 't', seq: 1, at: 1 },
      { type: 'hologram', seq: 2, at: 2 },
    ];

    const history = await machineAnswering({ session, events }).calls.session('s');

    assert.deepEqual(history.events, events.slice(0, 1));
  });

  it('refuses an answer of another shape, naming the route', async () => {
    await assert.rejects(machineAnswering({ projects: 'none' }).calls.projects(), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, /^GET \/api\/projects: projects: /);
      return true;
    });
  });
});

function machineAnswering(body: unknown) {
  const asked: string[] = [];
  const options: (RequestOptions | undefined)[] = [];
  const calls = machineCalls({
    request(method, path, _body, given) {
      asked.push(`${method} ${path}`);
      options.push(given);
      return Promise.resolve({ body });
    },
  });
  return { calls, asked, options };
}
