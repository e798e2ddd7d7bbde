import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import {
  FrameKind,
  encodeFrame,
  parseResponse,
  toPayload,
  type ProjectInfo,
  type SessionInfo,
} from '@spectral/proto/wire';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon } from '../support/serving-daemon.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('the API of a machine', () => {
  const defer = useCleanUp();

  it('makes projects of directories that exist, under their real path', async () => {
    const { machine, directory } = await serveDaemon(defer);
    const real = join(directory, 'real');
    mkdirSync(real);
    symlinkSync(real, join(directory, 'link'));

    const made = await machine.request('POST', '/api/projects', { path: join(directory, 'link') });
    const same = await machine.request('POST', '/api/projects', { path: real, name: 'Other' });

    const { project } = made.body as { project: ProjectInfo };
    assert.equal(made.status, 201);
    assert.deepEqual([project.path, project.name, project.exists], [real, 'real', true]);
    assert.deepEqual((same.body as { project: ProjectInfo }).project.id, project.id);
  });

  it('refuses paths that are no directory, climb, are relative or hold a NUL', async () => {
    const { machine, directory, newSession } = await serveDaemon(defer);
    writeFileSync(join(directory, 'file'), '');
    const { project } = await newSession();

    for (const path of [
      '/no/such/dir',
      join(directory, 'file'),
      `${directory}/../..`,
      'relative',
      '/tmp/\0x',
      '',
    ]) {
      assert.equal(
        (await machine.request('POST', '/api/projects', { path })).status,
        400,
        JSON.stringify(path),
      );
      assert.equal(
        (await machine.request('PATCH', `/api/projects/${project.id}`, { path })).status,
        400,
        JSON.stringify(path),
      );
    }
  });

  it('renames, moves, binds and deletes projects, and leaves their directories', async () => {
    const { machine, directory, newSession } = await serveDaemon(defer);
    const { project, session } = await newSession();
    const elsewhere = join(directory, 'elsewhere');
    mkdirSync(elsewhere);

    const patched = await machine.request('PATCH', `/api/projects/${project.id}`, {
      name: 'New',
      path: elsewhere,
    });
    const bound = await machine.request('POST', `/api/projects/${project.id}/bind-studio`, {
      studioProjectId: 'prj_1',
    });
    const deleted = await machine.request('DELETE', `/api/projects/${project.id}`);

    assert.deepEqual((patched.body as { project: ProjectInfo }).project.path, elsewhere);
    assert.equal((bound.body as { project: ProjectInfo }).project.studioProjectId, 'prj_1');
    assert.match(readFileSync(join(elsewhere, '.spectral', 'link.jsonc'), 'utf8'), /prj_1/);
    assert.deepEqual(deleted.body, { ok: true });
    assert.equal((await machine.request('GET', `/api/sessions/${session.id}`)).status, 404);
  });

  it('lists, renames and deletes sessions', async () => {
    const { machine, newSession } = await serveDaemon(defer);
    const { project, session } = await newSession();

    await machine.request('PATCH', `/api/sessions/${session.id}`, { title: '  Renamed ' });
    const listed = await machine.request('GET', `/api/projects/${project.id}/sessions`);
    const unknown = await machine.request('GET', `/api/projects/${randomUUID()}/sessions`);
    await machine.request('DELETE', `/api/sessions/${session.id}`);
    const after = await machine.request('GET', `/api/projects/${project.id}/sessions`);

    assert.deepEqual(
      (listed.body as { sessions: SessionInfo[] }).sessions.map((one) => one.title),
      ['Renamed'],
    );
    assert.equal(unknown.status, 404);
    assert.deepEqual(after.body, { sessions: [] });
  });

  it('answers every one of 1,000 parallel requests, good and bad, exactly once', async () => {
    const { machine } = await serveDaemon(defer);
    const kinds = [
      { request: { v: 1, method: 'GET', path: '/api/health' }, status: 200 },
      { request: { v: 1, method: 'GET', path: '/api/nowhere' }, status: 404 },
      { request: { v: 1, method: 'POST', path: '/api/projects', body: { path: 7 } }, status: 400 },
      { request: { v: 2, method: 'BREW' }, status: 400 },
    ];

    for (let id = 1; id <= 1000; id++) {
      const { request } = kinds[id % kinds.length] ?? {};
      machine.sendBytes(
        encodeFrame({ kind: FrameKind.request, target: id, sequence: 7 }, toPayload(request)),
      );
    }
    await waitUntil('all answers', () => machine.frames.length >= 1000);

    const answers = new Map(
      machine.frames.map((frame) => [frame.target, parseResponse(frame.payload).status]),
    );
    assert.equal(machine.frames.length, 1000);
    for (let id = 1; id <= 1000; id++)
      assert.equal(answers.get(id), kinds[id % kinds.length]?.status, `request ${id}`);
  });

  it('tells of the models granted to this machine', async () => {
    const { machine } = await serveDaemon(defer);

    const { models } = (await machine.request('GET', '/api/models')).body as { models: { id: string }[] };

    assert.deepEqual(
      models.map((model) => model.id),
      ['scripted/one', 'scripted/two'],
    );
  });
});
