import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { Callers } from '../../src/callers/index.ts';
import { assertRefused, type ApiClient } from '../support/api-client.ts';
import { bearing, owner, userTokenOf, type TestPerson } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

/** Every kind of credential against every kind of door: only the named ones open. */
describe('who is let in where', () => {
  let gateway: TestGateway;
  let callers: Callers;
  let boss: TestPerson & { teamId: string };
  const shown: Record<string, Record<string, string>> = {};
  before(async () => {
    const kept: { callers?: Callers } = {};
    const room = (house: { callers: Callers }) => {
      kept.callers = house.callers;
      return {};
    };
    gateway = await startTestGateway({}, { rooms: [room] });
    boss = await owner(gateway);
    assert.ok(kept.callers);
    callers = kept.callers;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const body = { name: 'm', hostname: 'h', version: '1', pid: 1 };
    const enrolled = await bearing(gateway, gateway.firstRun.teamKey).post('/api/machines', body);
    const ticket = await boss.api.post('/api/relay-tickets', { machineId: enrolled.body.machine.id });
    Object.assign(shown, {
      nothing: {},
      cookie: { cookie: boss.api.cookies() },
      'user token': bearer(await userTokenOf(gateway, boss.api)),
      'team key': bearer(gateway.firstRun.teamKey),
      'machine token': bearer(enrolled.body.token),
      'machine token as x-api-key': { 'x-api-key': enrolled.body.token },
      'team key as x-api-key': { 'x-api-key': gateway.firstRun.teamKey },
      'user token as x-api-key': { 'x-api-key': 'sk-spectral-user-wrong' },
      'relay ticket': bearer(ticket.body.ticket),
      'service secret': bearer('a-service-secret-for-tests'),
      'basic login': { authorization: 'Basic b3duZXI6eA==' },
      'empty bearer': { authorization: 'Bearer ' },
      'provider key': { 'x-api-key': 'sk-ant-api03-abc' },
    });
  });
  after(() => gateway.close());

  const doors: [
    keyof Callers & ('person' | 'enroller' | 'machine' | 'machineOrKey' | 'commandLine'),
    string[],
  ][] = [
    ['person', ['cookie', 'user token']],
    ['enroller', ['user token', 'team key']],
    ['machine', ['machine token', 'machine token as x-api-key']],
    ['machineOrKey', ['machine token', 'machine token as x-api-key', 'team key', 'team key as x-api-key']],
    [
      'commandLine',
      ['machine token', 'machine token as x-api-key', 'team key', 'team key as x-api-key', 'user token'],
    ],
  ];
  for (const [door, admitted] of doors) {
    it(`the door for ${door} opens for ${admitted.join(', ')}, and for nothing else`, async () => {
      const opened: string[] = [];
      for (const [name, headers] of Object.entries(shown)) {
        const outcome = await callers[door]({ method: 'GET', headers }).then(
          () => 'in',
          (error: { code?: string }) => error.code,
        );
        if (outcome === 'in') opened.push(name);
        else assert.equal(outcome, 'unauthenticated', `${name} at ${door}`);
      }

      assert.deepEqual(opened.toSorted(), admitted.toSorted());
    });
  }

  it('a refusal says what was expected and what came, and repeats no secret', async () => {
    const client: ApiClient = bearing(gateway, gateway.firstRun.teamKey);

    const { body } = await client.get('/api/machines');

    assert.equal(body.error.message, 'expected a login or a user token; a team key came');
  });

  it('a token beside a valid cookie is what counts', async () => {
    const headers = { authorization: shown['machine token']?.['authorization'] ?? '' };

    assertRefused(await boss.api.get('/api/machines', headers), 401, 'unauthenticated');
  });

  it('the service secret opens /internal alone', async () => {
    assert.throws(() => callers.service({ method: 'POST', headers: {} }));
    assert.throws(() =>
      callers.service({ method: 'POST', headers: { 'x-api-key': 'a-service-secret-for-tests' } }),
    );
    callers.service({ method: 'POST', headers: shown['service secret'] ?? {} });
  });
});
