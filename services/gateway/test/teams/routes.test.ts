import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { INVITATION_LIFE_MS } from '../../src/teams/invitations.ts';
import { assertRefused, type ApiClient } from '../support/api-client.ts';
import { bearing, newMember, owner, userTokenOf, type TestPerson } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

const machine = { hostname: 'laptop', version: '0.1.0', pid: 7 };

describe('teams', () => {
  let gateway: TestGateway;
  let boss: TestPerson & { teamId: string };
  let outsider: TestPerson;
  before(async () => {
    gateway = await startTestGateway();
    boss = await owner(gateway);
    const { body } = await boss.api.post('/api/teams', { name: 'Elsewhere' });
    outsider = await newMember(gateway, boss.api, { teamId: body.team.id, name: 'Outsider' });
  });
  after(() => gateway.close());
  afterEach(() => void gateway.announced.splice(0));

  const freshTeam = async (name = 'Fresh') =>
    (await boss.api.post('/api/teams', { name })).body.team.id as string;
  const codeOf = (link: string) => new URL(link).pathname.split('/').at(-1) ?? '';
  const invited = async (teamId: string, more: object = {}) => {
    const { body } = await boss.api.post(`/api/teams/${teamId}/invitations`, { role: 'member', ...more });
    return { id: body.invitation.id as string, path: `/api/invitations/${codeOf(body.link)}` };
  };

  it('whoever makes one owns it, and may rename it', async () => {
    const made = await outsider.api.post('/api/teams', { name: '  Lab  ' });
    const renamed = await outsider.api.patch(`/api/teams/${made.body.team.id}`, { name: 'Laboratory' });

    assert.equal(made.status, 201);
    assert.deepEqual(renamed.body.team, { id: made.body.team.id, name: 'Laboratory', role: 'owner' });
    assertRefused(await outsider.api.post('/api/teams', { name: ' ' }), 400, 'bad-input');
  });

  it('a team one is not in does not exist', async () => {
    const teamId = await freshTeam();
    const base = `/api/teams/${teamId}`;

    for (const answer of [
      await outsider.api.patch(base, { name: 'Mine' }),
      await outsider.api.get(`${base}/members`),
      await outsider.api.patch(`${base}/members/${outsider.userId}`, { role: 'owner' }),
      await outsider.api.delete(`${base}/members/${boss.userId}`),
      await outsider.api.get(`${base}/invitations`),
      await outsider.api.post(`${base}/invitations`, { role: 'admin' }),
      await outsider.api.get(`${base}/keys`),
      await outsider.api.post(`${base}/keys`, { name: 'k' }),
      await outsider.api.get('/api/teams/not-an-id/members'),
    ]) {
      assertRefused(answer, 404, 'not-found');
    }
  });

  it('members see each other and lead nothing', async () => {
    const teamId = await freshTeam();
    const member = await newMember(gateway, boss.api, { teamId });
    const base = `/api/teams/${teamId}`;

    const { body } = await member.api.get(`${base}/members`);

    assert.deepEqual(
      body.members.map((one: { role: string }) => one.role),
      ['owner', 'member'],
    );
    for (const answer of [
      await member.api.patch(base, { name: 'x' }),
      await member.api.get(`${base}/keys`),
      await member.api.post(`${base}/keys`, { name: 'k' }),
      await member.api.post(`${base}/invitations`, { role: 'member' }),
      await member.api.patch(`${base}/members/${member.userId}`, { role: 'owner' }),
      await member.api.delete(`${base}/members/${boss.userId}`),
    ]) {
      assertRefused(answer, 403, 'forbidden');
    }
  });

  it('a change of role counts at once and is announced', async () => {
    const teamId = await freshTeam();
    const member = await newMember(gateway, boss.api, { teamId });

    const { body } = await boss.api.patch(`/api/teams/${teamId}/members/${member.userId}`, { role: 'admin' });

    assert.equal(body.member.role, 'admin');
    assert.deepEqual(gateway.announced.at(-1), { type: 'member-changed', teamId, userId: member.userId });
    assert.equal((await member.api.get(`/api/teams/${teamId}/keys`)).status, 200);
  });

  it('the last owner cannot leave or step down, until there is another', async () => {
    const teamId = await freshTeam();
    const heir = await newMember(gateway, boss.api, { teamId });
    const self = `/api/teams/${teamId}/members/${boss.userId}`;

    assertRefused(await boss.api.delete(self), 409, 'conflict');
    assertRefused(await boss.api.patch(self, { role: 'member' }), 409, 'conflict');
    await boss.api.patch(`/api/teams/${teamId}/members/${heir.userId}`, { role: 'owner' });

    assert.equal((await boss.api.delete(self)).status, 200);
    assertRefused(await boss.api.get(`/api/teams/${teamId}/members`), 404, 'not-found');
  });

  it('of two owners who leave at the same moment one stays', async () => {
    const teamId = await freshTeam();
    const other = await newMember(gateway, boss.api, { teamId });
    await boss.api.patch(`/api/teams/${teamId}/members/${other.userId}`, { role: 'owner' });

    const answers = await Promise.all([
      boss.api.delete(`/api/teams/${teamId}/members/${boss.userId}`),
      other.api.delete(`/api/teams/${teamId}/members/${other.userId}`),
    ]);

    assert.deepEqual(answers.map(({ status }) => `${status}`).toSorted(), ['200', '409']);
  });

  it('who leaves takes their own machines along, and both are announced', async () => {
    const teamId = await freshTeam();
    const leaver = await newMember(gateway, boss.api, { teamId });
    const cli = bearing(gateway, await userTokenOf(gateway, leaver.api));
    const { body } = await cli.post('/api/machines', { ...machine, name: 'own', team: teamId });

    await boss.api.delete(`/api/teams/${teamId}/members/${leaver.userId}`);

    assertRefused(
      await bearing(gateway, body.token).post('/api/machines/self/token'),
      401,
      'unauthenticated',
    );
    assert.deepEqual(gateway.announced.slice(-2), [
      { type: 'member-changed', teamId, userId: leaver.userId },
      { type: 'machine-revoked', machineId: body.machine.id },
    ]);
  });

  describe('invitations', () => {
    it('sign a new person up, once', async () => {
      const teamId = await freshTeam('Guild');
      const { path } = await invited(teamId, { role: 'admin' });
      const browser = gateway.stranger();
      assert.deepEqual((await browser.get(path)).body, {
        team: { name: 'Guild' },
        role: 'admin',
        email: null,
      });

      const signUp = { name: 'Lin', email: 'lin@example.com', password: 'long enough for this' };
      const { status, body } = await browser.post(`${path}/accept`, signUp);

      assert.equal(status, 200);
      assert.deepEqual(body.teams, [{ id: teamId, name: 'Guild', role: 'admin' }]);
      assert.equal((await browser.get('/api/auth/me')).body.user.email, 'lin@example.com');
      assertRefused(await gateway.stranger().get(path), 410, 'gone');
      assertRefused(
        await gateway.stranger().post(`${path}/accept`, { ...signUp, email: 'x@example.com' }),
        410,
        'gone',
      );
    });

    it('let a person who is signed in join', async () => {
      const { path } = await invited(await freshTeam('Second home'));

      const { body } = await outsider.api.post(`${path}/accept`);

      assert.ok(body.teams.some((team: { name: string }) => team.name === 'Second home'));
    });

    it('for an address are for that address alone', async () => {
      const { path } = await invited(await freshTeam(), { email: 'Kim@Example.com' });
      const signUp = { name: 'Kim', password: 'long enough for this' };

      assertRefused(await outsider.api.post(`${path}/accept`), 403, 'forbidden');
      assertRefused(
        await gateway.stranger().post(`${path}/accept`, { ...signUp, email: 'other@example.com' }),
        403,
        'forbidden',
      );
      const { body } = await gateway.stranger().post(`${path}/accept`, signUp);

      assert.equal(body.user.email, 'kim@example.com');
    });

    it('are not used up by a sign-up that fails', async () => {
      const { path } = await invited(await freshTeam());

      assertRefused(
        await gateway.stranger().post(`${path}/accept`, { name: 'No password' }),
        400,
        'bad-input',
      );
      const taken = { name: 'X', email: outsider.email, password: 'long enough for this' };
      assertRefused(await gateway.stranger().post(`${path}/accept`, taken), 409, 'conflict');

      assert.equal((await gateway.stranger().get(path)).status, 200);
    });

    it('end in time, and when they are withdrawn', async () => {
      const teamId = await freshTeam();
      const withdrawn = await invited(teamId);
      const base = `/api/teams/${teamId}/invitations`;
      assert.equal((await boss.api.get(base)).body.invitations.length, 1);
      assert.equal((await boss.api.delete(`${base}/${withdrawn.id}`)).status, 200);
      assertRefused(await gateway.stranger().get(withdrawn.path), 410, 'gone');
      assertRefused(await boss.api.delete(`${base}/${withdrawn.id}`), 404, 'not-found');

      const late = await invited(teamId);
      gateway.pass(INVITATION_LIFE_MS + 1);

      assertRefused(await gateway.stranger().get(late.path), 410, 'gone');
      assert.deepEqual((await boss.api.get(base)).body, { invitations: [] });
    });

    it('accepted by two at the same moment admit one', async () => {
      const { path } = await invited(await freshTeam());
      const accept = (name: string) =>
        gateway
          .stranger()
          .post(`${path}/accept`, { name, email: `${name}@example.com`, password: 'long enough for this' });

      const answers = await Promise.all([accept('first'), accept('second')]);

      assert.deepEqual(answers.map(({ status }) => `${status}`).toSorted(), ['200', '410']);
      const loser = answers[0]?.status === 200 ? 'second' : 'first';
      const login = { email: `${loser}@example.com`, password: 'long enough for this' };
      assertRefused(await gateway.stranger().post('/api/auth/login', login), 401, 'unauthenticated');
    });

    it('never make an owner', async () => {
      const teamId = await freshTeam();

      assertRefused(
        await boss.api.post(`/api/teams/${teamId}/invitations`, { role: 'owner' }),
        400,
        'bad-input',
      );
    });
  });

  describe('keys', () => {
    const keysOf = async (person: ApiClient, teamId: string) =>
      (await person.get(`/api/teams/${teamId}/keys`)).body.keys;

    it('are shown once and listed by their first characters', async () => {
      const teamId = await freshTeam();

      const { status, body } = await boss.api.post(`/api/teams/${teamId}/keys`, { name: 'CI' });

      assert.equal(status, 201);
      assert.match(body.secret, /^sk-spectral-team-[\w-]{43}$/);
      assert.equal(body.key.prefix, body.secret.slice(0, 'sk-spectral-team-'.length + 4));
      const listed = await keysOf(boss.api, teamId);
      assert.deepEqual(listed, [body.key]);
      assert.ok(!JSON.stringify(listed).includes(body.secret));
    });

    it('are stored as hashes', async () => {
      const { body } = await boss.api.post(`/api/teams/${await freshTeam()}/keys`, { name: 'CI' });

      const rows = await gateway.db
        .selectFrom('team_keys')
        .selectAll()
        .where('id', '=', body.key.id)
        .execute();

      assert.ok(!JSON.stringify(rows).includes(body.secret.slice(-30)));
    });

    it('enrol, which the list shows, until rotated or revoked', async () => {
      const teamId = await freshTeam();
      const { body } = await boss.api.post(`/api/teams/${teamId}/keys`, { name: 'CI' });
      await bearing(gateway, body.secret).post('/api/machines', { ...machine, name: 'm' });
      assert.notEqual((await keysOf(boss.api, teamId))[0].lastUsedAt, null);

      const rotated = await boss.api.post(`/api/teams/${teamId}/keys/${body.key.id}/rotate`);

      assert.equal(rotated.body.key.name, 'CI');
      assert.notEqual(rotated.body.key.id, body.key.id);
      assert.equal((await keysOf(boss.api, teamId)).length, 1);
      assertRefused(await boss.api.post(`/api/teams/${teamId}/keys/${body.key.id}/rotate`), 404, 'not-found');
      assert.equal((await boss.api.delete(`/api/teams/${teamId}/keys/${rotated.body.key.id}`)).status, 200);
      assert.deepEqual(await keysOf(boss.api, teamId), []);
    });

    it('of another team cannot be touched', async () => {
      const { body } = await boss.api.post(`/api/teams/${await freshTeam()}/keys`, { name: 'CI' });

      assertRefused(
        await boss.api.delete(`/api/teams/${await freshTeam()}/keys/${body.key.id}`),
        404,
        'not-found',
      );
    });
  });
});
