import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { verifyMachineToken, verifyTicket } from '@spectral/common';
import { MACHINE_TOKEN_LIFE_MS, TICKET_LIFE_MS } from '@spectral/proto/wire';
import { decodeJwt } from 'jose';
import { assertRefused, type ApiClient } from '../support/api-client.ts';
import { bearing, newMember, owner, userTokenOf, type TestPerson } from '../support/people.ts';
import { host, machineNames, register } from '../support/machines.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('machines', () => {
  let gateway: TestGateway;
  let boss: TestPerson & { teamId: string };
  let key: ApiClient;
  let member: TestPerson;
  before(async () => {
    gateway = await startTestGateway();
    boss = await owner(gateway);
    member = await newMember(gateway, boss.api, { teamId: boss.teamId, name: 'Grace' });
    key = bearing(gateway, gateway.firstRun.teamKey);
  });
  after(() => gateway.close());
  afterEach(() => void gateway.announced.splice(0));

  const named = machineNames();
  const listed = async (person: ApiClient, id: string) => {
    const { body } = await person.get('/api/machines');
    return body.machines.find((machine: { id: string }) => machine.id === id) ?? null;
  };

  describe('registering', () => {
    it('with a team key makes a machine of the team, shared', async () => {
      const { machine, token, expiresAt, relayUrl } = await register(key, named());

      assert.equal(machine.visibility, 'SHARED');
      assert.equal(machine.owner, null);
      assert.deepEqual(machine.team, gateway.firstRun.team);
      assert.deepEqual([machine.online, machine.lastSeenAt, machine.pid], [false, null, null]);
      const life = Date.parse(expiresAt) - Date.now();
      assert.ok(Math.abs(life - MACHINE_TOKEN_LIFE_MS) < 10_000);
      assert.match(relayUrl, /^ws:\/\/localhost:\d+\/agent-connection\?machine=/);
      assert.equal(new URL(relayUrl).searchParams.get('machine'), machine.id);
      const claims = await verifyMachineToken(token, gateway.running.gateway.tokenKeys, new Date());
      assert.equal(claims.sub, machine.id);
      assert.equal(claims.host, 'build-1');
      assert.equal((await listed(member.api, machine.id)).canManage, false);
      assert.equal((await listed(boss.api, machine.id)).canManage, true);
    });

    it('with a personal login makes a private machine of that person', async () => {
      const { machine } = await register(bearing(gateway, await userTokenOf(gateway, member.api)), named());

      assert.equal(machine.visibility, 'PRIVATE');
      assert.deepEqual(machine.owner, { id: member.userId, name: 'Grace' });
      assert.equal((await listed(member.api, machine.id)).canManage, true);
      assert.equal(await listed(boss.api, machine.id), null);
    });

    it('with a personal login can name one of the person’s teams, and no other', async () => {
      const { body } = await member.api.post('/api/teams', { name: 'Lab' });
      const cli = bearing(gateway, await userTokenOf(gateway, member.api));

      const { machine } = await register(cli, named(), { team: body.team.id });
      const refused = await bearing(gateway, await userTokenOf(gateway, boss.api)).post('/api/machines', {
        ...host,
        name: named(),
        team: body.team.id,
      });

      assert.deepEqual(machine.team, { id: body.team.id, name: 'Lab' });
      assertRefused(refused, 404, 'not-found');
    });

    it('again under the same name takes over: one row, and the older token is dead', async () => {
      const name = named();
      const first = await register(key, name);
      const second = await register(key, name, { hostname: 'build-2', version: '0.2.0' });

      assert.equal(second.machine.id, first.machine.id);
      assert.equal(second.machine.hostname, 'build-2');
      const old = await bearing(gateway, first.token).post('/api/machines/self/token');
      assertRefused(old, 401, 'unauthenticated');
      assert.match(old.body.error.message, /newer registration/);
      assert.equal((await bearing(gateway, second.token).post('/api/machines/self/token')).status, 200);
      assert.deepEqual(gateway.announced.at(-1), {
        type: 'machine-registered',
        machineId: first.machine.id,
        registration: 2,
        host: 'build-2',
      });
    });

    it('never takes a private machine from its owner', async () => {
      const name = named();
      const { machine, token } = await register(
        bearing(gateway, await userTokenOf(gateway, member.api)),
        name,
      );

      const byKey = await key.post('/api/machines', { ...host, name });
      const byPerson = await bearing(gateway, await userTokenOf(gateway, boss.api)).post('/api/machines', {
        ...host,
        name,
      });

      for (const refused of [byKey, byPerson]) {
        assertRefused(refused, 409, 'machine-name-taken');
        assert.match(refused.body.error.message, /--machine-name/);
      }
      assert.equal((await bearing(gateway, token).post('/api/machines/self/token')).status, 200);
      assert.equal((await listed(member.api, machine.id)).name, name);
    });

    it('lets a machine that was made private come back with its key, from its own host alone', async () => {
      const name = named();
      const { machine } = await register(key, name);
      await boss.api.patch(`/api/machines/${machine.id}/visibility`, { visibility: 'PRIVATE' });

      const back = await register(key, name);
      const stranger = await key.post('/api/machines', { ...host, name, hostname: 'laptop-of-somebody' });

      assert.equal(back.machine.id, machine.id);
      assert.equal(back.machine.visibility, 'PRIVATE');
      assert.equal(back.machine.owner.id, boss.userId);
      assertRefused(stranger, 409, 'machine-name-taken');
    });

    it('of one name by many at once ends in one machine and as many registrations', async () => {
      const name = named();

      const answers = await Promise.all(Array.from({ length: 8 }, () => register(key, name)));

      assert.equal(new Set(answers.map(({ machine }) => machine.id)).size, 1);
      const numbers = answers.map(({ token }) => Number(decodeJwt(token)['registration']));
      assert.deepEqual(
        numbers.toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
    });

    it('without a key, with a wrong one, with a cookie, with a machine token is refused', async () => {
      const { token } = await register(key, named());
      const body = { ...host, name: named() };

      for (const caller of [
        gateway.stranger(),
        boss.api,
        bearing(gateway, 'sk-spectral-team-wrong'),
        bearing(gateway, token),
      ]) {
        assertRefused(await caller.post('/api/machines', body), 401, 'unauthenticated');
      }
    });

    it('with a bad name or no host is refused, naming the field', async () => {
      for (const [wrong, field] of [
        [{ name: ' ' }, 'name'],
        [{ name: 'x'.repeat(101) }, 'name'],
        [{ name: 'ok', pid: 0 }, 'pid'],
        [{ name: 'ok', hostname: 7 }, 'hostname'],
      ] as const) {
        const answer = await key.post('/api/machines', { ...host, ...wrong });
        assertRefused(answer, 400, 'bad-input');
        assert.equal(answer.body.error.details.field, field);
      }
    });
  });

  describe('the list', () => {
    it('tells who is online, and since when others are away', async () => {
      const { machine } = await register(key, named(), { pid: 4242 });
      const { entry } = await gateway.presence.claim({ machineId: machine.id, podId: 'pod-1' });
      const online = await listed(member.api, machine.id);
      await gateway.presence.release(entry);
      const offline = await listed(member.api, machine.id);

      assert.deepEqual([online.online, online.pid], [true, 4242]);
      assert.deepEqual([offline.online, offline.pid], [false, null]);
      assert.ok(Math.abs(Date.parse(offline.lastSeenAt) - Date.now()) < 60_000);
    });

    it('keeps when a machine was last seen after presence forgot it', async () => {
      const { machine } = await register(key, named());
      const at = Date.parse('2026-11-20T10:00:00.000Z');
      const seen = (when: number) =>
        gateway.announcements.publish({
          type: 'presence',
          machineId: machine.id,
          podId: 'p',
          epoch: 1,
          online: false,
          at: when,
        });
      await seen(at);
      await seen(at - 5_000);

      await until(async () => (await listed(member.api, machine.id)).lastSeenAt !== null);

      assert.equal((await listed(member.api, machine.id)).lastSeenAt, '2026-11-20T10:00:00.000Z');
    });

    it('shows nothing of a team one is not in', async () => {
      const { machine } = await register(key, named());
      const { body } = await boss.api.post('/api/teams', { name: 'Other' });
      const outsider = await newMember(gateway, boss.api, { teamId: body.team.id });

      assert.deepEqual((await outsider.api.get('/api/machines')).body, { machines: [] });
      for (const answer of [
        await outsider.api.patch(`/api/machines/${machine.id}/visibility`, { visibility: 'PRIVATE' }),
        await outsider.api.delete(`/api/machines/${machine.id}`),
        await outsider.api.post('/api/relay-tickets', { machineId: machine.id }),
      ]) {
        assertRefused(answer, 404, 'not-found');
      }
    });

    it('is not told to a machine, a key or a stranger', async () => {
      const { token } = await register(key, named());

      assertRefused(await bearing(gateway, token).get('/api/machines'), 401, 'unauthenticated');
      assertRefused(await key.get('/api/machines'), 401, 'unauthenticated');
      assertRefused(await gateway.stranger().get('/api/machines'), 401, 'unauthenticated');
    });
  });

  describe('visibility', () => {
    it('is changed by the owner and by who leads the team, not by other members', async () => {
      const { machine } = await register(key, named());
      const path = `/api/machines/${machine.id}/visibility`;

      assertRefused(await member.api.patch(path, { visibility: 'PRIVATE' }), 403, 'forbidden');
      const { body } = await boss.api.patch(path, { visibility: 'PRIVATE' });

      assert.equal(body.machine.visibility, 'PRIVATE');
      assert.equal(body.machine.owner.id, boss.userId, 'who makes a machine of the team private owns it');
      assert.deepEqual(gateway.announced.at(-1), { type: 'machine-changed', machineId: machine.id });
      assert.equal(await listed(member.api, machine.id), null);
      assertRefused(await member.api.post('/api/relay-tickets', { machineId: machine.id }), 404, 'not-found');
      assertRefused(await boss.api.patch(path, { visibility: 'PUBLIC' }), 400, 'bad-input');
    });

    it('shared by its owner, the whole team sees it', async () => {
      const { machine } = await register(bearing(gateway, await userTokenOf(gateway, member.api)), named());

      await member.api.patch(`/api/machines/${machine.id}/visibility`, { visibility: 'SHARED' });

      assert.equal((await listed(boss.api, machine.id)).owner.id, member.userId);
    });

    it('an admin can give a member’s machine back to the member alone', async () => {
      const { machine } = await register(bearing(gateway, await userTokenOf(gateway, member.api)), named());
      const path = `/api/machines/${machine.id}/visibility`;
      await member.api.patch(path, { visibility: 'SHARED' });

      const { status, body } = await boss.api.patch(path, { visibility: 'PRIVATE' });

      assert.equal(status, 200);
      assert.deepEqual([body.machine.visibility, body.machine.canManage], ['PRIVATE', false]);
      assert.equal(await listed(boss.api, machine.id), null);
      assert.equal((await listed(member.api, machine.id)).owner.id, member.userId);
    });

    it('of a made-up or malformed id is not found', async () => {
      for (const id of ['6a1c7a5e-0000-4000-8000-000000000000', 'nonsense', "'; drop table machines; --"]) {
        const path = `/api/machines/${encodeURIComponent(id)}/visibility`;
        assertRefused(await boss.api.patch(path, { visibility: 'PRIVATE' }), 404, 'not-found');
      }
    });
  });

  describe('revoking', () => {
    it('kills the token at once, frees the name and is announced', async () => {
      const name = named();
      const { machine, token } = await register(key, name);
      assertRefused(await member.api.delete(`/api/machines/${machine.id}`), 403, 'forbidden');

      assert.equal((await boss.api.delete(`/api/machines/${machine.id}`)).status, 200);

      assert.deepEqual(gateway.announced.at(-1), { type: 'machine-revoked', machineId: machine.id });
      assertRefused(await bearing(gateway, token).post('/api/machines/self/token'), 401, 'unauthenticated');
      assert.equal(await listed(boss.api, machine.id), null);
      assertRefused(await boss.api.delete(`/api/machines/${machine.id}`), 404, 'not-found');
      assert.notEqual((await register(key, name)).machine.id, machine.id);
    });

    it('is known within a second to a process that missed the announcement', async () => {
      const { machine, token } = await register(key, named());
      const caller = bearing(gateway, token);
      assert.equal((await caller.post('/api/machines/self/token')).status, 200);

      await gateway.db
        .updateTable('machines')
        .set({ revoked_at: new Date() })
        .where('id', '=', machine.id)
        .execute();
      gateway.pass(1_000);

      assertRefused(await caller.post('/api/machines/self/token'), 401, 'unauthenticated');
    });
  });

  describe('the machine token', () => {
    it('is renewed under the same registration', async () => {
      const { machine, token } = await register(key, named());

      const { body } = await bearing(gateway, token).post('/api/machines/self/token');

      assert.equal(body.machine.id, machine.id);
      assert.equal(decodeJwt(body.token)['registration'], decodeJwt(token)['registration']);
      assert.equal((await bearing(gateway, body.token).post('/api/machines/self/token')).status, 200);
    });

    it('is checked by others with the keys the gateway shows', async () => {
      const { token } = await register(key, named());

      const { body, headers } = await gateway.stranger().get('/.well-known/jwks.json');

      assert.equal(body.keys.length, 1);
      assert.deepEqual(Object.keys(body.keys[0]).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
      assert.match(headers.get('cache-control') ?? '', /max-age=60/);
      assert.equal(
        JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString()).kid,
        body.keys[0].kid,
      );
    });

    it('dies with the key it was issued under, by rotation and by revocation', async () => {
      const { body } = await boss.api.post(`/api/teams/${boss.teamId}/keys`, { name: 'CI' });
      const { token } = await register(bearing(gateway, body.secret), named());

      const rotated = await boss.api.post(`/api/teams/${boss.teamId}/keys/${body.key.id}/rotate`);

      assert.deepEqual(gateway.announced.at(-1), { type: 'key-ended', keyId: body.key.id });
      const refused = await bearing(gateway, token).post('/api/machines/self/token');
      assertRefused(refused, 401, 'unauthenticated');
      assert.equal(refused.body.error.details.reason, 'key-ended');
      assertRefused(
        await bearing(gateway, body.secret).post('/api/machines', { ...host, name: 'x' }),
        401,
        'unauthenticated',
      );
      const again = await register(bearing(gateway, rotated.body.secret), named());
      await boss.api.delete(`/api/teams/${boss.teamId}/keys/${rotated.body.key.id}`);
      assertRefused(
        await bearing(gateway, again.token).post('/api/machines/self/token'),
        401,
        'unauthenticated',
      );
    });
  });

  describe('relay tickets', () => {
    it('admit this person to this machine for a minute', async () => {
      const { machine } = await register(key, named());

      const { body } = await member.api.post('/api/relay-tickets', { machineId: machine.id });

      const claims = await verifyTicket(body.ticket, gateway.running.gateway.tokenKeys, new Date());
      assert.deepEqual(
        [claims.sub, claims.name, claims.machine, claims.team],
        [member.userId, 'Grace', machine.id, boss.teamId],
      );
      assert.match(body.relayUrl, /^http:\/\/localhost:\d+$/);
      const { exp, iat } = decodeJwt(body.ticket);
      assert.equal(Number(exp) - Number(iat), TICKET_LIFE_MS / 1000);
    });

    it('are given to a command line too, bound to its token', async () => {
      const { machine } = await register(key, named());
      const cli = bearing(gateway, await userTokenOf(gateway, member.api));

      const { body } = await cli.post('/api/relay-tickets', { machineId: machine.id });

      const { session: loginId } = decodeJwt<{ session: string }>(body.ticket);
      const question = { machines: [], people: [{ userId: member.userId, machineId: machine.id, loginId }] };
      assert.deepEqual((await gateway.running.gateway.standing(question)).people, [null]);
      await cli.post('/api/auth/logout');
      assert.deepEqual((await gateway.running.gateway.standing(question)).people, [
        { reason: 'login-ended' },
      ]);
    });

    it('are no machine tokens, and machine tokens get none', async () => {
      const { machine, token } = await register(key, named());
      const { body } = await member.api.post('/api/relay-tickets', { machineId: machine.id });

      assertRefused(
        await bearing(gateway, body.ticket).post('/api/machines/self/token'),
        401,
        'unauthenticated',
      );
      assertRefused(await bearing(gateway, body.ticket).get('/api/machines'), 401, 'unauthenticated');
      assertRefused(
        await bearing(gateway, token).post('/api/relay-tickets', { machineId: machine.id }),
        401,
        'unauthenticated',
      );
    });
  });
});

describe('tokens of another gateway', () => {
  let gateway: TestGateway;
  let other: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    other = await startTestGateway();
  });
  after(async () => {
    await gateway.close();
    await other.close();
  });

  it('count for nothing here', async () => {
    const theirs = await bearing(other, other.firstRun.teamKey).post('/api/machines', { ...host, name: 'm' });

    assertRefused(
      await bearing(gateway, theirs.body.token).post('/api/machines/self/token'),
      401,
      'unauthenticated',
    );
    assertRefused(
      await bearing(gateway, other.firstRun.teamKey).post('/api/machines', { ...host, name: 'm' }),
      401,
      'unauthenticated',
    );
  });

  it('a token that expired is refused though the machine stands', async () => {
    const { body } = await bearing(gateway, gateway.firstRun.teamKey).post('/api/machines', {
      ...host,
      name: 'm',
    });

    gateway.pass(MACHINE_TOKEN_LIFE_MS + 1_000);

    assertRefused(
      await bearing(gateway, body.token).post('/api/machines/self/token'),
      401,
      'unauthenticated',
    );
  });
});

/** Waits for a condition, at most two seconds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 2 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
