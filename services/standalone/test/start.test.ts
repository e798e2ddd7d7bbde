/** `npm start` as a person meets it, without a browser: starting, starting again, ending, and starts that cannot be. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import {
  runStandalone,
  startStandaloneProcess,
  temporaryPlace,
  type Place,
  type StandaloneProcess,
} from './support/standalone-process.ts';

describe('npm start', function () {
  this.timeout(90_000);
  let place: Place;
  const running: StandaloneProcess[] = [];
  const start = async () => {
    const standalone = await startStandaloneProcess({ SPECTRAL_DATA_DIR: place.at('data') });
    running.push(standalone);
    return standalone;
  };

  beforeEach(() => (place = temporaryPlace()));
  afterEach(async () => {
    await Promise.all(
      running
        .splice(0)
        .map((standalone) => standalone.stop('SIGKILL').then(() => killIfAlive(standalone.machinePid))),
    );
    place.remove();
  });

  it('prints the address and a login link, and this machine is online', async () => {
    const standalone = await start();

    assert.match(standalone.output(), /This machine is online {2}workstation/);
    assert.ok(standalone.output().includes(standalone.loginLink), standalone.output());
    assert.match(standalone.loginLink, /^http:\/\/localhost:\d+\/login\?code=/);
    assert.equal((await fetch(`${standalone.url}/health`)).status, 200);
    assert.match(await (await fetch(standalone.url)).text(), /<title>Spectral/);
  });

  it('Ctrl-C stops everything within 6 s and leaves no process', async () => {
    const standalone = await start();

    const { code, elapsedMs } = await standalone.stop('SIGINT');

    assert.equal(code, 0, standalone.output());
    assert.ok(elapsedMs < 6_000, `took ${elapsedMs} ms`);
    assert.equal(isAlive(standalone.machinePid), false);
    assert.equal(existsSync(place.at('data/standalone.pid')), false);
  });

  it('a second start has the same team and machine, and a new login link', async () => {
    const first = await start();
    const before = await signedIn(first);
    await first.stop();

    const second = await start();
    const after = await signedIn(second);

    assert.notEqual(second.loginLink, first.loginLink);
    assert.deepEqual(after, before);
  });

  it('the local machine ends when the process above it is killed', async () => {
    const standalone = await start();

    await standalone.stop('SIGKILL');

    await until('the local machine to end', () => !isAlive(standalone.machinePid));
  });

  it('a login link works once', async () => {
    const standalone = await start();
    await signedIn(standalone);

    await assert.rejects(signedIn(standalone), /login link: 4\d\d/);
  });

  it('a busy port: one line that names it and the remedy', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;

    const { code, output } = await runStandalone({
      SPECTRAL_DATA_DIR: place.at('data'),
      SPECTRAL_PORT: String(port),
    });
    holder.close();

    assert.equal(code, 1);
    assert.equal(output.trim().split('\n').length, 1, output);
    assert.match(output, new RegExp(`port ${port} is taken .*SPECTRAL_PORT`));
  });

  it('a data directory that cannot be written: one line that names it and the remedy', async () => {
    // A file where a directory is expected fails for every user; permissions do not stop root.
    writeFileSync(place.at('file'), '');

    const { code, output } = await runStandalone({ SPECTRAL_DATA_DIR: place.at('file/data') });

    assert.equal(code, 1);
    assert.equal(output.trim().split('\n').length, 1, output);
    assert.match(output, /cannot write to .*file\/data.*SPECTRAL_DATA_DIR/);
  });

  it('a second process on the same data names the first', async () => {
    const first = await start();

    const { code, output } = await runStandalone({ SPECTRAL_DATA_DIR: place.at('data') });

    assert.equal(code, 1);
    assert.match(output, new RegExp(`already runs here as process ${first.pid}`));
  });

  it('a native module that does not load: one line with the remedy, and nothing left running', async () => {
    // What a module built for another system or Node does, to every native module of the child processes.
    const broken = place.at('broken.cjs');
    writeFileSync(broken, "process.dlopen = () => { throw new Error('invalid ELF header'); };");

    const { code, output } = await runStandalone({
      SPECTRAL_DATA_DIR: place.at('data'),
      NODE_OPTIONS: `--require ${broken}`,
    });

    assert.equal(code, 1);
    const [fault, ...others] = output.split('\n').filter((line) => line.includes('✗'));
    assert.match(fault ?? '', /native SQLite module does not load .*invalid ELF header.*npm ci/);
    assert.deepEqual(others, []);
    assert.equal(existsSync(place.at('data/standalone.pid')), false);
  });

  it('settings that cannot be used: every fault in one go', async () => {
    const { code, output } = await runStandalone({ SPECTRAL_PORT: '80a', SPECTRAL_LOG_LEVEL: 'loud' });

    assert.equal(code, 1);
    assert.match(output, /SPECTRAL_PORT is "80a"; give a whole number from 0 to 65535/);
    assert.match(output, /SPECTRAL_LOG_LEVEL is "loud"; give one of debug/);
  });

  it('secrets stay out of the log', async () => {
    const standalone = await start();
    await signedIn(standalone);
    await standalone.stop();

    const log =
      readFileSync(place.at('data/spectral.log'), 'utf8') +
      readFileSync(place.at('data/machine.log'), 'utf8');

    assert.ok(log.length > 0);
    assert.doesNotMatch(log, /sk-spectral-team-|eyJ[A-Za-z0-9_-]{20}/);
    assert.ok(!log.includes(new URL(standalone.loginLink).searchParams.get('code') ?? '-'));
  });
});

/** Signs in with the link; resolves with what must survive a restart. */
async function signedIn({ url, loginLink }: StandaloneProcess): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'x-spectral-csrf': '1', origin: new URL(url).origin };
  const body = JSON.stringify({ code: new URL(loginLink).searchParams.get('code') });
  const login = await fetch(`${url}/api/auth/link`, { method: 'POST', headers, body });
  assert.equal(login.status, 200, `login link: ${login.status}`);
  const cookie = login.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const machines = (await (await fetch(`${url}/api/machines`, { headers: { cookie } })).json()) as {
    machines: { id: string; name: string; team: { id: string } }[];
  };
  return machines.machines.map(({ id, name, team }) => ({ id, name, team: team.id }));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie waits for its parent only; it runs no more.
    return !/\) Z/.test(execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

function killIfAlive(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
