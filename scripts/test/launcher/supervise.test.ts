import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from '../../repository.ts';

/** Notes every signal in a file, and ends half a second after the first with code 3, as a clean shutdown would. */
const PROGRAM = `
  import { appendFileSync } from 'node:fs';
  const note = (word) => appendFileSync('notes', word + '\\n');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    note(signal);
    setTimeout(() => { note('closed'); process.exit(3); }, 500);
  });
  setInterval(() => {}, 1000);
  note('ready ' + process.pid);
`;

describe('the launcher', function () {
  this.timeout(15_000);
  let folder: string;
  let launcher: ChildProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'supervise-'));
    writeFileSync(join(folder, 'program.mjs'), PROGRAM);
    const supervise = JSON.stringify(join(repositoryRoot, 'scripts/launcher/supervise.mjs'));
    const leave = JSON.stringify(join(repositoryRoot, 'scripts/launcher/leave-with-launcher.mjs'));
    writeFileSync(
      join(folder, 'launch.mjs'),
      `import { supervise } from ${supervise};
       process.exitCode = await supervise(process.execPath, ['--import', ${leave}, 'program.mjs'], { cwd: '.', env: process.env });`,
    );
    launcher = spawn(process.execPath, ['launch.mjs'], { cwd: folder, detached: true, stdio: 'ignore' });
    await until(() => notes()[0]?.startsWith('ready') === true);
  });

  afterEach(async () => {
    signalGroup(launcher, 'SIGKILL');
    await until(() => !isAlive(programPid()));
    rmSync(folder, { recursive: true });
  });

  it('a keystroke that reaches the whole group, twice, is one signal for the program', async () => {
    signalGroup(launcher, 'SIGINT');
    launcher.kill('SIGINT');
    const [code] = await once(launcher, 'exit');

    assert.deepEqual(notes().slice(1), ['SIGINT', 'closed']);
    assert.equal(code, 3);
  });

  it('SIGTERM lets the program close and passes its exit code on', async () => {
    launcher.kill('SIGTERM');
    const [code] = await once(launcher, 'exit');

    assert.deepEqual(notes().slice(1), ['SIGTERM', 'closed']);
    assert.equal(code, 3);
  });

  it('a closed terminal closes the program', async () => {
    launcher.kill('SIGHUP');
    await once(launcher, 'exit');

    assert.deepEqual(notes().slice(1), ['SIGTERM', 'closed']);
  });

  it('a launcher that is killed leaves no program behind', async () => {
    launcher.kill('SIGKILL');

    await until(() => !isAlive(programPid()));
    assert.deepEqual(notes().slice(1), ['SIGTERM', 'closed']);
  });

  function notes(): string[] {
    try {
      return readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
    } catch {
      return []; // the program has not come up yet
    }
  }

  function programPid(): number {
    return Number(notes()[0]?.split(' ')[1]);
  }
});

function signalGroup({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended, which the caller wanted.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${condition.toString()}`);
    await delay(20);
  }
}
