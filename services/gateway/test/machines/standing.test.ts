import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { after, before, describe, it } from 'mocha';
import { assertRefused, type ApiClient } from '../support/api-client.ts';
import { machineNames, register } from '../support/machines.ts';
import { bearing, newMember, owner, type TestPerson } from '../support/people.ts';
import { SERVICE_SECRET, startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('standing', () => {
  let gateway: TestGateway;
  let boss: TestPerson & { teamId: string };
  let member: TestPerson;
  let key: ApiClient;
  let relay: ApiClient;
  before(async () => {
    gateway = await startTestGateway();
    boss = await owner(gateway);
    member = await newMember(gateway, boss.api, { teamId: boss.teamId });
    key = bearing(gateway, gateway.firstRun.teamKey);
    relay = bearing(gateway, SERVICE_SECRET);
  });
  after(() => gateway.close());
  const named = machineNames();

  it('is told to relays alone', async () => {
    const question = { machines: [], people: [] };

    for (const caller of [gateway.stranger(), boss.api, key, bearing(gateway, `${SERVICE_SECRET}x`)]) {
      assertRefused(await caller.post('/internal/standing', question), 401, 'unauthenticated');
    }
    assert.deepEqual((await relay.post('/internal/standing', question)).body, question);
    assertRefused(await relay.post('/internal/standing', { machines: 'all' }), 400, 'bad-input');
  });

  it('of machines: each reason, in the order asked', async () => {
    const name = named();
    const old = decodeJwt((await register(key, name)).token);
    const present = decodeJwt((await register(key, name, { hostname: 'newer-host' })).token);
    const gone = decodeJwt((await register(key, named())).token);
    await boss.api.delete(`/api/machines/${gone.sub}`);
    const ask = (claims: Record<string, unknown>) => ({
      machineId: claims['sub'],
      registration: claims['registration'],
      keyId: claims['key'],
    });
    const machines = [
      ask(present),
      ask(old),
      ask(gone),
      { ...ask(present), keyId: '6a1c7a5e-0000-4000-8000-000000000000' },
      { machineId: 'made-up', registration: 1, keyId: null },
    ];

    const { body } = await relay.post('/internal/standing', { machines, people: [] });

    assert.deepEqual(body.machines, [
      null,
      { reason: 'newer', newerHost: 'newer-host' },
      { reason: 'revoked' },
      { reason: 'key-ended' },
      { reason: 'unknown' },
    ]);
  });

  it('of people: falls with visibility, membership and login', async () => {
    const { machine } = await register(key, named());
    const { body: team } = await boss.api.get(`/api/teams/${boss.teamId}/members`);
    assert.ok(team.members.length >= 2);
    const leaver = await newMember(gateway, boss.api, { teamId: boss.teamId });
    const asked = async (person: TestPerson) => {
      const { body } = await person.api.post('/api/relay-tickets', { machineId: machine.id });
      const { sub, session } = decodeJwt<{ session: string }>(body.ticket);
      return { userId: sub, machineId: machine.id, loginId: session };
    };
    const people = [await asked(leaver), await asked(member), await asked(boss)];
    const verdicts = async () =>
      (await relay.post('/internal/standing', { machines: [], people })).body.people;
    assert.deepEqual(await verdicts(), [null, null, null]);

    await boss.api.delete(`/api/teams/${boss.teamId}/members/${leaver.userId}`);
    assert.deepEqual(await verdicts(), [{ reason: 'forbidden' }, null, null]);
    await boss.api.patch(`/api/machines/${machine.id}/visibility`, { visibility: 'PRIVATE' });
    assert.deepEqual(await verdicts(), [{ reason: 'forbidden' }, { reason: 'forbidden' }, null]);
    await boss.api.post('/api/auth/logout');
    assert.deepEqual(await verdicts(), [
      { reason: 'forbidden' },
      { reason: 'forbidden' },
      { reason: 'login-ended' },
    ]);
    boss = await owner(gateway);
  });

  it('somebody else’s login is no login', async () => {
    const { machine } = await register(key, named());
    const { body } = await member.api.post('/api/relay-tickets', { machineId: machine.id });
    const { session: loginId } = decodeJwt<{ session: string }>(body.ticket);

    const people = [{ userId: boss.userId, machineId: machine.id, loginId }];

    assert.deepEqual((await relay.post('/internal/standing', { machines: [], people })).body.people, [
      { reason: 'login-ended' },
    ]);
  });
});
