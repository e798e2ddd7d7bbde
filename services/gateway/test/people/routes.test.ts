import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { LOGIN_LINK_LIFE_MS } from '../../src/people/login-links.ts';
import { LOGIN_IDLE_MS, LOGIN_LIFE_MS } from '../../src/people/logins.ts';
import { apiClient, assertRefused, type ApiClient } from '../support/api-client.ts';
import { bearing, newMember, owner, userTokenOf, type TestPerson } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('signing in', () => {
  let gateway: TestGateway;
  let boss: TestPerson & { teamId: string };
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  it('at first run the one-time link signs the owner in, once', async () => {
    const browser = gateway.stranger();
    assert.deepEqual((await browser.get('/api/auth/state')).body, { signedIn: false, firstRun: true });
    const code = new URL(gateway.firstRun.loginLink).searchParams.get('code');

    const { status, body } = await browser.post('/api/auth/link', { code });

    assert.equal(status, 200);
    assert.equal(body.user.hasPassword, false);
    assert.deepEqual(body.teams, [{ ...gateway.firstRun.team, role: 'owner' }]);
    assert.deepEqual((await browser.get('/api/auth/state')).body, { signedIn: true, firstRun: false });
    assertRefused(await gateway.stranger().post('/api/auth/link', { code }), 410, 'gone');
    assert.equal((await gateway.stranger().get('/api/auth/state')).body.firstRun, false);
    boss = await owner(gateway);
  });

  it('a link that was not used in time, or never was one, is refused', async () => {
    const fresh = await startTestGateway();
    try {
      const code = new URL(fresh.firstRun.loginLink).searchParams.get('code');
      fresh.pass(LOGIN_LINK_LIFE_MS + 1);

      assertRefused(await fresh.stranger().post('/api/auth/link', { code }), 410, 'gone');
      assertRefused(await fresh.stranger().post('/api/auth/link', { code: 'made-up' }), 410, 'gone');
      assertRefused(await fresh.stranger().post('/api/auth/link', {}), 400, 'bad-input');
    } finally {
      await fresh.close();
    }
  });

  it('the cookie is out of reach of scripts and of other sites', async () => {
    const member = await newMember(gateway, boss.api, boss);

    const { headers } = await gateway.stranger().post('/api/auth/login', member);

    const [cookie] = headers.getSetCookie();
    assert.match(cookie ?? '', /^spectral-\d+=[\w-]{43};/);
    assert.match(cookie ?? '', /HttpOnly/);
    assert.match(cookie ?? '', /SameSite=Lax/);
    assert.match(cookie ?? '', /Path=\//);
    assert.doesNotMatch(cookie ?? '', /Secure/);
  });

  it('where the public address is https the cookie is pinned to it', async () => {
    const secure = await startTestGateway({ SPECTRAL_PUBLIC_URL: 'https://spectral.example.com' });
    try {
      const code = new URL(secure.firstRun.loginLink).searchParams.get('code');

      const origin = 'https://spectral.example.com';
      const { headers } = await secure.stranger().post('/api/auth/link', { code }, { origin });

      assert.match(headers.getSetCookie()[0] ?? '', /^__Host-spectral=.*Secure/);
      assert.match(headers.get('strict-transport-security') ?? '', /max-age/);
    } finally {
      await secure.close();
    }
  });

  it('email and password sign in, whatever the case of the address', async () => {
    const member = await newMember(gateway, boss.api, boss);
    const browser = gateway.stranger();

    const { status, body } = await browser.post('/api/auth/login', {
      email: ` ${member.email.toUpperCase()} `,
      password: member.password,
    });

    assert.equal(status, 200);
    assert.equal(body.user.id, member.userId);
    assert.equal((await browser.get('/api/auth/me')).body.user.email, member.email);
  });

  it('a wrong password and an unknown address are answered alike', async () => {
    const member = await newMember(gateway, boss.api, boss);

    const wrong = await gateway
      .stranger()
      .post('/api/auth/login', { email: member.email, password: 'not it at all' });
    const unknown = await gateway
      .stranger()
      .post('/api/auth/login', { email: 'no@example.com', password: 'not it at all' });

    assertRefused(wrong, 401, 'unauthenticated');
    assert.deepEqual(unknown.body, wrong.body);
    assert.equal(wrong.headers.getSetCookie().length, 0);
  });

  it('a person who has no password cannot sign in with any', async () => {
    const { email } = await owner(gateway);

    for (const password of ['', 'null', 'undefined']) {
      assertRefused(
        await gateway.stranger().post('/api/auth/login', { email, password }),
        401,
        'unauthenticated',
      );
    }
  });

  it('guessing one account is slowed down, and the answer says for how long', async () => {
    const member = await newMember(gateway, boss.api, boss);
    const guess = () =>
      gateway.stranger().post('/api/auth/login', { email: member.email, password: 'a wrong guess' });
    for (let tries = 0; tries < 10; tries += 1) assertRefused(await guess(), 401, 'unauthenticated');

    const refused = await guess();

    assertRefused(refused, 429, 'rate-limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assertRefused(await gateway.stranger().post('/api/auth/login', member), 429, 'rate-limited');
    gateway.pass(16 * 60_000);
    assert.equal((await gateway.stranger().post('/api/auth/login', member)).status, 200);
  });

  it('guessing many accounts from one address is slowed down', async () => {
    gateway.pass(16 * 60_000);
    const statuses: number[] = [];
    for (let tries = 0; tries < 31; tries += 1) {
      const { status } = await gateway
        .stranger()
        .post('/api/auth/login', { email: `p${tries}@example.com`, password: 'x' });
      statuses.push(status);
    }

    assert.deepEqual([...new Set(statuses.slice(0, 30))], [401]);
    assert.equal(statuses.at(-1), 429);
    gateway.pass(16 * 60_000);
  });

  it('logging out ends the session on the server and is announced', async () => {
    const member = await newMember(gateway, boss.api, boss);
    const stolen = gateway.stranger();
    stolen.setCookies(member.api.cookies());

    assert.equal((await member.api.post('/api/auth/logout')).status, 200);

    assert.equal(member.api.cookies(), '');
    assertRefused(await stolen.get('/api/auth/me'), 401, 'unauthenticated');
    assert.equal(gateway.announced.at(-1)?.type, 'login-ended');
    assert.equal((await member.api.post('/api/auth/logout')).status, 200, 'logging out twice is fine');
  });

  it('a session slides along while it is used, ends when it is not, and ends in the end', async () => {
    const member = await newMember(gateway, boss.api, boss);
    gateway.pass(LOGIN_IDLE_MS - 60_000);
    const used = await member.api.get('/api/auth/me');
    assert.equal(used.status, 200);
    assert.equal(used.headers.getSetCookie().length, 1, 'the cookie moves with it');
    gateway.pass(LOGIN_IDLE_MS + 1);
    assertRefused(await member.api.get('/api/auth/me'), 401, 'unauthenticated');

    const other = await newMember(gateway, (await owner(gateway)).api, boss);
    for (let at = 0; at < LOGIN_LIFE_MS - LOGIN_IDLE_MS; at += LOGIN_IDLE_MS / 2) {
      gateway.pass(LOGIN_IDLE_MS / 2);
      assert.equal((await other.api.get('/api/auth/me')).status, 200);
    }
    gateway.pass(LOGIN_IDLE_MS);
    assertRefused(await other.api.get('/api/auth/me'), 401, 'unauthenticated');
    boss = await owner(gateway);
  });

  it('replacing a password needs the present one and ends the other logins', async () => {
    const member = await newMember(gateway, boss.api, boss);
    const elsewhere = gateway.stranger();
    await elsewhere.post('/api/auth/login', member);
    const token = bearing(gateway, await userTokenOf(gateway, elsewhere));
    const password = 'another long password';
    assertRefused(await member.api.patch('/api/auth/me', { password }), 403, 'forbidden');
    const wrong = { password, currentPassword: 'not this' };
    assertRefused(await member.api.patch('/api/auth/me', wrong), 403, 'forbidden');

    const { status } = await member.api.patch('/api/auth/me', { password, currentPassword: member.password });

    assert.equal(status, 200);
    assert.equal((await member.api.get('/api/auth/me')).status, 200);
    assertRefused(await elsewhere.get('/api/auth/me'), 401, 'unauthenticated');
    assertRefused(await token.get('/api/auth/me'), 401, 'unauthenticated');
    assertRefused(await gateway.stranger().post('/api/auth/login', member), 401, 'unauthenticated');
    assert.equal((await gateway.stranger().post('/api/auth/login', { ...member, password })).status, 200);
  });

  it('a first password, a name and an address can be set; a taken address cannot', async () => {
    const { api } = await owner(gateway);
    const member = await newMember(gateway, api, boss);

    const { body } = await api.patch('/api/auth/me', {
      name: 'Ada',
      email: 'Ada@Example.com',
      password: 'ten letters and more',
    });

    assert.deepEqual(
      { ...body.user, id: '' },
      { id: '', name: 'Ada', email: 'ada@example.com', hasPassword: true },
    );
    assertRefused(await member.api.patch('/api/auth/me', { email: 'ada@example.com' }), 403, 'forbidden');
    const change = { email: 'ada@example.com', currentPassword: member.password };
    assertRefused(await member.api.patch('/api/auth/me', change), 409, 'conflict');
  });

  it('a short password and a broken address are refused with the reason', async () => {
    const { api } = await owner(gateway);

    const short = await api.patch('/api/auth/me', { password: 'short' });
    const address = await api.patch('/api/auth/me', { email: 'nowhere' });

    assertRefused(short, 400, 'bad-input');
    assert.match(short.body.error.message, /password: expected at least 10 characters/);
    assertRefused(address, 400, 'bad-input');
  });
});

describe('requests from other sites', () => {
  let gateway: TestGateway;
  let boss: ApiClient;
  before(async () => {
    gateway = await startTestGateway();
    boss = (await owner(gateway)).api;
  });
  after(() => gateway.close());

  const attacks: Record<string, Record<string, string>> = {
    'without the header': { 'x-spectral-csrf': '' },
    'of another origin': { origin: 'https://evil.example' },
    'of an opaque origin': { origin: 'null' },
    'the browser calls cross-site': { 'sec-fetch-site': 'cross-site' },
    'of a neighbouring subdomain': { 'sec-fetch-site': 'same-site' },
  };
  for (const [name, headers] of Object.entries(attacks)) {
    it(`a changing request ${name} is refused, and changes nothing`, async () => {
      assertRefused(await boss.post('/api/teams', { name: 'Evil' }, headers), 403, 'csrf-refused');

      const { body } = await boss.get('/api/teams');
      assert.deepEqual(
        body.teams.map((team: { name: string }) => team.name),
        ['Team'],
      );
    });
  }

  it('another site cannot sign a visitor in to its own account either', async () => {
    const headers = { origin: 'https://evil.example' };

    assertRefused(
      await gateway.stranger().post('/api/auth/login', { email: 'a@b.example', password: 'x' }, headers),
      403,
      'csrf-refused',
    );
    assertRefused(
      await gateway.stranger().post('/api/auth/link', { code: 'x' }, headers),
      403,
      'csrf-refused',
    );
  });

  it('the page itself may, by whichever name of this host it was opened', async () => {
    const port = new URL(gateway.url).port;
    const byName = apiClient(`http://localhost:${port}`);
    byName.setCookies(boss.cookies());

    assert.equal((await byName.post('/api/teams', { name: 'Second' })).status, 201);
    assert.equal(
      (await boss.post('/api/teams', { name: 'Third' }, { 'sec-fetch-site': 'same-origin' })).status,
      201,
    );
  });

  it('a form of another site cannot post JSON', async () => {
    const answer = await boss.post('/api/teams', 'name=Evil', {
      'content-type': 'application/x-www-form-urlencoded',
    });

    assertRefused(answer, 400, 'bad-input');
  });
});
