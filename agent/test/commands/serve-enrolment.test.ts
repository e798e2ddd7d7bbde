import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathsIn } from '../../src/settings/paths.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { ENROLMENT_TOKEN, startFakeGateway, type FakeGateway } from '../support/fake-gateway.ts';
import { startFakeRelay } from '../support/fake-relay.ts';
import { runSpectral } from '../support/spectral-command.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('spectral serve with an enrolment token', function () {
  this.timeout(30_000);
  const defer = useCleanUp();

  it('trades it for an identity on its disk, and goes on with that at the next start', async () => {
    const { gateway, serve, configDir } = await start();

    await stop(await serve(1));
    assert.deepEqual(registrations(gateway), [['/api/machines', ENROLMENT_TOKEN]]);
    assert.match(attemptOf(gateway), /^[0-9a-f-]{36}$/);
    assert.equal(existsSync(pathsIn(configDir).config), false, 'no login is written');
    const kept = JSON.parse(readFileSync(pathsIn(configDir).machine, 'utf8')) as { token: string };
    await stop(await serve(2));

    assert.deepEqual(registrations(gateway).at(-1), ['/api/machines/self/token', kept.token]);
    assert.equal(registrations(gateway).length, 2);
  });

  it('trades the token that lies there now when the kept identity has expired', async () => {
    const { gateway, serve, configDir, tokenFile } = await start();
    await stop(await serve(1));
    writeFileSync(tokenFile, 'sk-spectral-enrol-fresh\n');
    gateway.refusal = { status: 401, code: 'unauthenticated', message: 'the token expired' };

    const running = await serve(null);
    await waitUntil('the trade', () => registrations(gateway).at(-1)?.[1] === 'sk-spectral-enrol-fresh');
    running.child.kill('SIGKILL');

    const kept = JSON.parse(readFileSync(pathsIn(configDir).machine, 'utf8')) as { token: string };
    assert.deepEqual(registrations(gateway).slice(1, 3), [
      ['/api/machines/self/token', kept.token],
      ['/api/machines', 'sk-spectral-enrol-fresh'],
    ]);
  });

  it('waits for another token when its own was used or is not there yet', async () => {
    const { gateway, serve, tokenFile } = await start(null);
    const running = await serve(null);
    await waitUntil('the wait', () => running.output.stderr.includes('there is no enrolment token'), 10_000);
    writeFileSync(tokenFile, ENROLMENT_TOKEN);
    gateway.calls.push({ method: 'POST', path: '/elsewhere', credential: ENROLMENT_TOKEN, body: null });
    await waitUntil('the refusal', () => running.output.stderr.includes('this token was used'), 10_000);
    writeFileSync(tokenFile, 'sk-spectral-enrol-another');

    await waitUntil('connected', () => running.output.stderr.includes('connected'), 15_000);

    assert.equal(registrations(gateway).at(-1)?.[1], 'sk-spectral-enrol-another');
    assert.doesNotMatch(running.output.stderr, /sk-spectral-enrol/);
  });

  it('ends when the machine was revoked', async () => {
    const { gateway, serve } = await start();
    await stop(await serve(1));
    const message = 'this machine was revoked';
    gateway.refusal = { status: 401, code: 'unauthenticated', message, reason: 'revoked' };

    const { ended, output } = await serve(null);

    assert.equal(await ended, 1);
    assert.match(output.stderr, /this machine was revoked/);
    assert.doesNotMatch(output.stderr, /spectral login/);
  });

  it('says which address is missing', async () => {
    const { tokenFile, configDir } = await start();
    const env = { SPECTRAL_ENROLMENT_TOKEN_FILE: tokenFile };

    const { ended, output } = runSpectral(defer, ['serve'], { configDir, env });

    assert.notEqual(await ended, 0);
    assert.match(output.stderr, /SPECTRAL_BACKEND_URL is not/);
  });

  async function start(token: string | null = ENROLMENT_TOKEN) {
    const configDir = temporaryDirectory(defer);
    const tokenFile = join(temporaryDirectory(defer), 'token');
    if (token !== null) writeFileSync(tokenFile, `${token}\n`);
    const gateway = await startFakeGateway(defer);
    const relay = await startFakeRelay(defer);
    gateway.relayUrl = relay.url;
    const env = { SPECTRAL_BACKEND_URL: gateway.url, SPECTRAL_ENROLMENT_TOKEN_FILE: tokenFile };
    /** Resolves at its connection of this number, or at once for null. */
    const serve = async (connection: number | null) => {
      const running = runSpectral(defer, ['serve'], { configDir, env });
      if (connection !== null) await relay.machine(connection);
      return running;
    };
    return { gateway, relay, configDir, tokenFile, serve };
  }
});

async function stop(running: Awaited<ReturnType<typeof runSpectral>>): Promise<void> {
  await waitUntil('connected', () => running.output.stderr.includes('connected'), 10_000);
  running.child.kill('SIGTERM');
  assert.equal(await running.ended, 0);
}

function registrations({ calls }: FakeGateway): [string, string][] {
  return calls
    .filter(({ path }) => path.startsWith('/api/machines'))
    .map(({ path, credential }) => [path, credential]);
}

function attemptOf({ calls }: FakeGateway): string {
  const body = calls.find(({ path }) => path === '/api/machines')?.body;
  return typeof body === 'object' && body !== null && 'attempt' in body ? String(body.attempt) : '';
}
