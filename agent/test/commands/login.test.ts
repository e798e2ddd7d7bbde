import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { useCleanUp } from '../support/clean-up.ts';
import { closedPort } from '../support/closed-port.ts';
import { TEAM_KEY, startFakeGateway } from '../support/fake-gateway.ts';
import { runSpectral } from '../support/spectral-command.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('spectral login', function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  it('keeps a team key that the MCP endpoint takes, readable by the owner alone', async () => {
    const { configDir, login, gateway } = await start();

    const { ended, output } = login(['login', '--api-key', TEAM_KEY]);

    assert.equal(await ended, 0, output.stderr);
    const file = join(configDir, 'config.json');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      mcpUrl: `${gateway.url}/mcp`,
      teamApiKey: TEAM_KEY,
    });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(output.stdout.includes(configDir));
  });

  it('reads the key from standard input for --api-key -', async () => {
    const { configDir, login } = await start();

    assert.equal(await login(['login', '--api-key', '-'], `${TEAM_KEY}\n`).ended, 0);

    assert.match(readFileSync(join(configDir, 'config.json'), 'utf8'), new RegExp(TEAM_KEY));
  });

  it('refuses a bad key with one line and writes nothing', async () => {
    const { configDir, login } = await start();

    const { ended, output } = login(['login', '--api-key', 'sk-spectral-team-wrong']);

    assert.equal(await ended, 1);
    assert.match(output.stderr, /^spectral: the team key was refused: [^\n]+\n$/);
    assert.ok(!existsSync(join(configDir, 'config.json')));
  });

  it('says so when nothing answers, and writes nothing', async () => {
    const configDir = temporaryDirectory(defer);
    const url = `http://127.0.0.1:${await closedPort()}/mcp`;

    const { ended, output } = runSpectral(defer, ['login', '--mcp-url', url, '--api-key', 'x'], {
      configDir,
    });

    assert.equal(await ended, 1);
    assert.match(output.stderr, /^spectral: no backend reachable at http:[^\n]+ECONNREFUSED[^\n]+\n$/);
    assert.ok(!existsSync(join(configDir, 'config.json')));
  });

  it('refuses arguments that do not go together with exit code 2', async () => {
    const { login } = await start();

    for (const args of [
      ['--oauth', '--device'],
      ['--api-key'],
      ['--unheard-of'],
      ['--mcp-url', 'nonsense'],
    ]) {
      assert.equal(await login(['login', ...args]).ended, 2, args.join(' '));
    }
  });

  it('logs out twice with exit code 0', async () => {
    const { configDir, login } = await start();
    await login(['login', '--api-key', TEAM_KEY]).ended;

    assert.equal(await login(['logout']).ended, 0);
    assert.equal(await login(['logout']).ended, 0);

    assert.ok(!existsSync(join(configDir, 'config.json')));
  });

  it('takes the code of the page for a user token, and closes its listener', async () => {
    const { configDir, output, ended, page, exchanged } = await browserLogin();

    const answer = await fetch(`http://127.0.0.1:${page.port}/?code=one-time&state=${page.state}`);

    assert.equal(answer.status, 200);
    assert.equal(await ended, 0, output.stderr);
    assert.deepEqual(
      JSON.parse(readFileSync(join(configDir, 'config.json'), 'utf8')).userToken,
      'user-token',
    );
    const verifier = String(exchanged[0]?.['verifier']);
    assert.equal(createHash('sha256').update(verifier).digest('base64url'), page.challenge);
    await assert.rejects(fetch(`http://127.0.0.1:${page.port}/?code=again&state=${page.state}`));
  });

  it('refuses an answer with another state, and writes nothing', async () => {
    const { configDir, ended, page, exchanged } = await browserLogin();

    const answer = await fetch(`http://127.0.0.1:${page.port}/?code=one-time&state=forged`);

    assert.equal(answer.status, 400);
    assert.equal(await ended, 1);
    assert.deepEqual(exchanged, []);
    assert.ok(!existsSync(join(configDir, 'config.json')));
  });

  it('waits for a device code to be entered elsewhere', async () => {
    const { configDir, running } = await personLogin('--device');

    assert.equal(await running.ended, 0, running.output.stderr);

    assert.match(running.output.stdout, /BDWP-HQPK/);
    assert.deepEqual(
      JSON.parse(readFileSync(join(configDir, 'config.json'), 'utf8')).userToken,
      'user-token',
    );
  });

  async function start() {
    const gateway = await startFakeGateway(defer);
    const configDir = temporaryDirectory(defer);
    const env = { SPECTRAL_MCP_URL: `${gateway.url}/mcp` };
    return {
      gateway,
      configDir,
      login: (args: readonly string[], input = '') => runSpectral(defer, args, { configDir, env, input }),
    };
  }

  async function browserLogin() {
    const { configDir, running, exchanged } = await personLogin('--oauth');
    const link = await waitUntil(
      'the address',
      () => /http:\S+\/cli-auth\?\S+/.exec(running.output.stdout)?.[0],
    );
    const { searchParams } = new URL(link);
    const page = {
      port: searchParams.get('port'),
      state: searchParams.get('state'),
      challenge: searchParams.get('challenge'),
    };
    return { configDir, output: running.output, ended: running.ended, page, exchanged };
  }

  /** A backend that gives user tokens: for any code, and for a device at the third question. */
  async function personLogin(way: '--oauth' | '--device') {
    const exchanged: Record<string, unknown>[] = [];
    let questions = 0;
    const server = createServer((request, response) => void answer(request, response));
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const body = (await json(request)) as Record<string, unknown>;
      const reply = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
      if (request.url === '/api/cli-auth/device') {
        return reply(200, {
          deviceCode: 'd',
          userCode: 'BDWP-HQPK',
          verificationUrl: 'http://x/device',
          intervalSeconds: 0.1,
          expiresInSeconds: 60,
        });
      }
      questions += 1;
      if (way === '--device' && questions < 3)
        return reply(428, { error: { code: 'authorization-pending', message: 'wait' } });
      exchanged.push(body);
      return reply(200, { token: 'user-token', expiresAt: '', user: {} });
    };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    defer(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
    const configDir = temporaryDirectory(defer);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    return {
      configDir,
      exchanged,
      running: runSpectral(defer, ['login', way, '--mcp-url', url], { configDir }),
    };
  }
});
