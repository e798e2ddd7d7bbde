import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { DEVICE_LIFE_MS, DEVICE_POLL_MS } from '../../src/cli-auth/device.ts';
import { CLI_CODE_LIFE_MS } from '../../src/cli-auth/loopback.ts';
import { USER_TOKEN_LIFE_MS } from '../../src/people/user-tokens.ts';
import { assertRefused } from '../support/api-client.ts';
import { bearing, newMember, owner, type TestPerson } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

const verifier = 'verifier-of-the-command-that-waits-on-loopback';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const approval = { port: 43117, state: 'state-of-the-command', challenge, host: 'laptop' };

describe('login of the command line', () => {
  let gateway: TestGateway;
  let boss: TestPerson & { teamId: string };
  let member: TestPerson;
  before(async () => {
    gateway = await startTestGateway();
    boss = await owner(gateway);
    member = await newMember(gateway, boss.api, { teamId: boss.teamId });
  });
  after(() => gateway.close());

  const approved = async () => (await member.api.post('/api/cli-auth/approve', approval)).body.code as string;
  const redeem = (body: object) => gateway.stranger().post('/api/cli-auth/token', body);

  describe('over loopback', () => {
    it('changes a code for a token of the person who approved, once', async () => {
      const code = await approved();

      const { status, body } = await redeem({ code, verifier });

      assert.equal(status, 200);
      assert.equal(body.user.id, member.userId);
      assert.equal((await bearing(gateway, body.token).get('/api/auth/me')).body.user.id, member.userId);
      assert.ok(Math.abs(Date.parse(body.expiresAt) - Date.now() - USER_TOKEN_LIFE_MS) < 60_000);
      assertRefused(await redeem({ code, verifier }), 410, 'gone');
    });

    it('a code that was looked over somebody’s shoulder is worth nothing, and used up', async () => {
      const code = await approved();

      assertRefused(await redeem({ code, verifier: 'guess'.repeat(10) }), 410, 'gone');

      assertRefused(await redeem({ code, verifier }), 410, 'gone');
    });

    it('a code ends after a minute', async () => {
      const code = await approved();
      gateway.pass(CLI_CODE_LIFE_MS + 1);

      assertRefused(await redeem({ code, verifier }), 410, 'gone');
    });

    it('only a signed-in person approves, and never from another site', async () => {
      assertRefused(await gateway.stranger().post('/api/cli-auth/approve', approval), 401, 'unauthenticated');
      const headers = { origin: 'https://evil.example' };
      assertRefused(await member.api.post('/api/cli-auth/approve', approval, headers), 403, 'csrf-refused');
    });

    it('a challenge of another form, a short state, a port that is none are refused', async () => {
      for (const wrong of [{ challenge: 'plain' }, { state: 'short' }, { port: 0 }]) {
        assertRefused(
          await member.api.post('/api/cli-auth/approve', { ...approval, ...wrong }),
          400,
          'bad-input',
        );
      }
      assertRefused(await redeem({ code: 'x', verifier: 'short' }), 400, 'bad-input');
    });
  });

  describe('on a machine without a browser', () => {
    const start = async () =>
      (await gateway.stranger().post('/api/cli-auth/device', { host: 'server-7' })).body;
    const ask = (deviceCode: string) => gateway.stranger().post('/api/cli-auth/device/token', { deviceCode });

    it('waits until the person typed the code, then gives one token', async () => {
      const device = await start();
      assert.match(device.userCode, /^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/);
      assert.match(device.verificationUrl, /\/cli-auth$/);
      assertRefused(await ask(device.deviceCode), 428, 'authorization-pending');

      const typed = device.userCode.toLowerCase().replace('-', ' ');
      assert.equal((await member.api.post('/api/cli-auth/device/approve', { userCode: typed })).status, 200);
      gateway.pass(DEVICE_POLL_MS);
      const { status, body } = await ask(device.deviceCode);

      assert.equal(status, 200);
      assert.equal((await bearing(gateway, body.token).get('/api/auth/me')).body.user.id, member.userId);
      assertRefused(await ask(device.deviceCode), 410, 'gone');
    });

    it('is told to ask more slowly', async () => {
      const device = await start();
      assertRefused(await ask(device.deviceCode), 428, 'authorization-pending');

      const hasty = await ask(device.deviceCode);

      assertRefused(hasty, 429, 'rate-limited');
      assert.equal(hasty.headers.get('retry-after'), '5');
    });

    it('ends after ten minutes, approved or not', async () => {
      const device = await start();
      gateway.pass(DEVICE_LIFE_MS + 1);

      assertRefused(
        await member.api.post('/api/cli-auth/device/approve', { userCode: device.userCode }),
        404,
        'not-found',
      );
      assertRefused(await ask(device.deviceCode), 410, 'gone');
      assertRefused(await ask('made-up'), 410, 'gone');
    });

    it('a code is approved once, so nobody can take over a waiting login', async () => {
      const device = await start();
      await member.api.post('/api/cli-auth/device/approve', { userCode: device.userCode });

      assertRefused(
        await boss.api.post('/api/cli-auth/device/approve', { userCode: device.userCode }),
        404,
        'not-found',
      );
    });

    it('guessing codes is slowed down', async () => {
      const guesses = await Promise.all(
        Array.from({ length: 40 }, () =>
          member.api.post('/api/cli-auth/device/approve', { userCode: 'BBBB-BBBB' }),
        ),
      );

      assert.ok(guesses.some(({ status }) => status === 429));
      assertRefused(
        await gateway.stranger().post('/api/cli-auth/device/approve', { userCode: 'BBBB-BBBB' }),
        401,
        'unauthenticated',
      );
    });
  });

  describe('the user token', () => {
    it('ends in time and with logout, and is no machine token', async () => {
      const { body } = await redeem({ code: await approved(), verifier });
      const cli = bearing(gateway, body.token);
      assertRefused(await cli.post('/api/machines/self/token'), 401, 'unauthenticated');
      const other = bearing(gateway, (await redeem({ code: await approved(), verifier })).body.token);
      await other.post('/api/auth/logout');
      assertRefused(await other.get('/api/auth/me'), 401, 'unauthenticated');

      gateway.pass(USER_TOKEN_LIFE_MS + 1);

      assertRefused(await cli.get('/api/auth/me'), 401, 'unauthenticated');
    });
  });
});
