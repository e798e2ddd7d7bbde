import assert from 'node:assert/strict';
import { createMemoryPresence } from '@spectral/common';
import { after, before, describe, it } from 'mocha';
import { assertRefused } from '../support/api-client.ts';
import { owner, type TestPerson } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('answers to requests that fail', () => {
  let gateway: TestGateway;
  let boss: TestPerson;
  const broken = { fault: null as Error | null };
  before(async () => {
    const presence = createMemoryPresence({ now: Date.now });
    const find: typeof presence.find = async (ids) => {
      if (broken.fault) throw broken.fault;
      return presence.find(ids);
    };
    gateway = await startTestGateway({}, { presence: { ...presence, find } });
    boss = await owner(gateway);
  });
  after(() => gateway.close());

  it('no such route, below /api and beside it', async () => {
    for (const path of ['/api/nothing', '/api', '/internal/nothing', '/nothing', '/v2/models']) {
      assertRefused(await gateway.stranger().get(path), 404, 'not-found');
    }
    assertRefused(await gateway.stranger().put('/api/teams', {}), 404, 'not-found');
  });

  it('a body that is no JSON, too large, or of another encoding', async () => {
    assertRefused(await boss.api.post('/api/teams', '{"name": '), 400, 'bad-input');
    assertRefused(await boss.api.post('/api/teams', { name: 'x'.repeat(300_000) }), 413, 'too-large');
    assertRefused(
      await boss.api.post('/api/teams', '{}', { 'content-encoding': 'snappy' }),
      400,
      'bad-input',
    );
    assertRefused(
      await boss.api.post('/api/teams', '{}', { 'content-type': 'application/json; charset=klingon' }),
      400,
      'bad-input',
    );
    assertRefused(await boss.api.post('/api/teams', 'null'), 400, 'bad-input');
    assertRefused(await boss.api.post('/api/teams', '[]'), 400, 'bad-input');
  });

  it('names the field of bad input, what was expected and what came', async () => {
    const { body } = await boss.api.post('/api/teams', { name: 7 });

    assert.equal(body.error.details.field, 'name');
    assert.match(body.error.message, /team: name: .*Expected string but received 7/);
  });

  it('presence that cannot be read is told as such, never as everybody offline', async () => {
    broken.fault = new Error('Connection is closed.');

    const answer = await boss.api.get('/api/machines');
    broken.fault = null;

    assertRefused(answer, 503, 'unavailable');
  });

  it('API answers are never kept by caches', async () => {
    for (const answer of [await boss.api.get('/api/auth/me'), await gateway.stranger().get('/api/auth/me')]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
  });
});
