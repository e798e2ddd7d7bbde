import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSystemPackages } from '../../test-run/system-packages.ts';

const ROOT = 0;
const SOMEBODY = 1000;

describe('system packages', () => {
  let bin: string;

  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'system-packages-'));
    symlinkSync('/usr/bin/env', join(bin, 'env'));
    program('tmux', 'exit 0');
  });

  afterEach(() => rmSync(bin, { recursive: true }));

  it('nothing is installed when every program is there', () => {
    aptGetThatInstalls('strace');

    ensure(['tmux'], ROOT);

    assert.equal(calls(), '');
  });

  it('root installs what is missing, and only that', () => {
    aptGetThatInstalls('strace');

    ensure(['tmux', 'strace'], ROOT);

    assert.equal(calls(), '-qq update\n-qq install --yes --no-install-recommends strace\n');
  });

  it('another user installs through sudo where it asks for no password', () => {
    aptGetThatInstalls('strace');
    program('sudo', 'shift; exec "$@"');
    symlinkSync('/bin/true', join(bin, 'true'));

    ensure(['strace'], SOMEBODY);

    assert.match(calls(), /install .* strace/);
  });

  it('without the right to install, one line names what is missing and how to get it', () => {
    aptGetThatInstalls('strace');
    program('sudo', 'echo a password is required >&2; exit 1');

    assert.throws(
      () => ensure(['tmux', 'strace', 'git'], SOMEBODY),
      /need programs that are not here: strace, git\. .* sudo apt-get install strace git$/,
    );
    assert.equal(calls(), '');
  });

  it('a program that is still missing after the install is told', () => {
    aptGetThatInstalls('something-else');

    assert.throws(() => ensure(['strace'], ROOT), /not here: strace/);
  });

  function ensure(names: readonly string[], userId: number): void {
    const needed = names.map((name) => ({ name, program: name }));
    ensureSystemPackages(needed, { PATH: bin }, userId);
  }

  function aptGetThatInstalls(name: string): void {
    const made = join(bin, name);
    program(
      'apt-get',
      `echo "$@" >> ${bin}/calls; case "$*" in *install*) echo > ${made}; /bin/chmod +x ${made};; esac`,
    );
  }

  function program(name: string, body: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }

  function calls(): string {
    return existsSync(join(bin, 'calls')) ? readFileSync(join(bin, 'calls'), 'utf8') : '';
  }
});
