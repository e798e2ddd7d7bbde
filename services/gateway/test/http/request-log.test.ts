import assert from 'node:assert/strict';
import { silentLogger, type LogFields, type Logger } from '@spectral/common';
import { after, before, describe, it } from 'mocha';
import { owner } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('the log', () => {
  const lines: LogFields[] = [];
  let gateway: TestGateway;
  before(async () => {
    const keep = (fields: LogFields, message: string) => void lines.push({ ...fields, message });
    const log: Logger = { ...silentLogger(), debug: keep, info: keep, warn: keep, error: keep };
    gateway = await startTestGateway({}, { log });
  });
  after(() => gateway.close());
  const lineOf = (path: string) => lines.find((line) => line['path'] === path);

  it('has one line per request, with the id the caller got', async () => {
    const { headers } = await gateway.stranger().get('/api/teams?after=3');

    const line = lineOf('/api/teams');
    assert.equal(line?.['requestId'], headers.get('x-request-id'));
    assert.deepEqual([line?.['method'], line?.['status'], line?.['complete']], ['GET', 401, true]);
    assert.equal(lines.filter(({ path }) => path === '/api/teams').length, 1);
  });

  it('takes over an id of a proxy when it is plain', async () => {
    const plain = await gateway.stranger().get('/api/teams', { 'x-request-id': 'edge-0123456789' });
    const odd = await gateway.stranger().get('/api/teams', { 'x-request-id': '<script>alert(1)</script>' });

    assert.equal(plain.headers.get('x-request-id'), 'edge-0123456789');
    assert.match(odd.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  it('holds no password, code, token, query or cookie', async () => {
    const { api, teamId } = await owner(gateway);
    const { body } = await api.post(`/api/teams/${teamId}/keys`, { name: 'k' });
    const invitation = await api.post(`/api/teams/${teamId}/invitations`, { role: 'member' });
    const code = new URL(invitation.body.link).pathname.split('/').at(-1) ?? '';
    await gateway.stranger().get(`/api/invitations/${code}`);
    await gateway
      .stranger()
      .post('/api/auth/login', { email: 'who@example.com', password: 'hunter2-hunter2' });
    await gateway.stranger().get('/login?code=query-secret');

    const text = JSON.stringify(lines);

    for (const secret of [
      body.secret,
      code,
      'hunter2',
      'who@example.com',
      'query-secret',
      api.cookies().split('=')[1] ?? '?',
    ]) {
      assert.ok(!text.includes(secret), secret.slice(0, 12));
    }
    assert.ok(lineOf('/api/invitations/…'));
  });
});
