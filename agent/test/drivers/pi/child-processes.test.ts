import assert from 'node:assert/strict';
import { createChildProcesses } from '../../../src/drivers/pi/child-processes.ts';
import { useCleanUp } from '../../support/clean-up.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe('the commands of a session', function () {
  const defer = useCleanUp();

  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  function runner() {
    const children = createChildProcesses();
    defer(() => children.killAll());
    let output = '';
    const run = (command: string, more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
      children.run({
        shell: '/bin/sh',
        args: ['-c', command],
        cwd: '/',
        env: { PATH: process.env['PATH'] ?? '' },
        onData: (data) => (output += data.toString()),
        ...more,
      });
    return { children, run, output: () => output };
  }

  it('give their output and exit code', async () => {
    const { run, output } = runner();

    assert.deepEqual(await run('echo out; echo err >&2; exit 3'), { exitCode: 3, ending: 'exited' });
    assert.deepEqual(output().trim().split('\n').toSorted(), ['err', 'out']);
  });

  it('end in time with everything they started', async () => {
    const { run, output } = runner();

    const result = await run('sleep 100 & echo $!; wait', { timeoutMs: 150 });

    assert.equal(result.ending, 'timed-out');
    await waitUntil('the grandchild is dead', () => !alive(Number(output())));
  });

  it('end when they are given up, also before they began', async () => {
    const { run } = runner();
    const later = new AbortController();
    const running = run('sleep 100', { signal: later.signal });
    later.abort();

    assert.equal((await running).ending, 'aborted');
    assert.equal((await run('sleep 100', { signal: AbortSignal.abort() })).ending, 'aborted');
  });

  it('may leave something in the background, which does not hold them up and ends with the session', async () => {
    const { children, run, output } = runner();
    const start = Date.now();

    await run('sleep 100 & echo $!');

    assert.ok(Date.now() - start < 3000);
    const pid = Number(output());
    assert.ok(alive(pid));
    children.killAll();
    await waitUntil('it is dead', () => !alive(pid));
  });

  it('fail to start loudly', async () => {
    const children = createChildProcesses();

    await assert.rejects(
      children.run({ shell: '/no/such/shell', args: [], cwd: '/', env: {}, onData() {} }),
      /ENOENT/,
    );
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
