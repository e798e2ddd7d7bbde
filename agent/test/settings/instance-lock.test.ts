import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeInstanceLock } from '../../src/settings/instance-lock.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('the instance lock', () => {
  const defer = useCleanUp();

  it('is taken once, and free again after its release', () => {
    const path = newPath();
    const release = takeInstanceLock(path);

    assert.throws(() => takeInstanceLock(path), new RegExp(`process ${process.pid}`));
    release();

    takeInstanceLock(path)();
    assert.ok(!existsSync(path));
    assert.deepEqual(readdirSync(dirname(path)), []);
  });

  it('is taken over from a process that is dead', () => {
    const path = newPath();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path, JSON.stringify({ pid, startTicks: '1' }));

    takeInstanceLock(path);

    assert.equal((JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid, process.pid);
  });

  it('is taken over from a process that has its id but was started at another time', () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ pid: process.ppid, startTicks: '1' }));

    takeInstanceLock(path)();
  });

  it('is taken over from a file that names nobody', () => {
    const path = newPath();
    writeFileSync(path, 'half a li');

    takeInstanceLock(path)();
  });

  function newPath(): string {
    return join(temporaryDirectory(defer), 'daemon.lock');
  }
});
