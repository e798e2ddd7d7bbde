// Programs the tests run against that npm cannot bring: installed with apt-get where that is allowed.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stop, say } from '../launcher/say.mjs';

interface SystemPackage {
  /** Name of the Debian package. */
  readonly name: string;
  /** Program that shows it is there: on PATH, or at a path with `*` (Debian keeps Postgres off PATH). */
  readonly program: string;
}

const needed: readonly SystemPackage[] = [
  { name: 'redis-server', program: 'redis-server' },
  { name: 'postgresql', program: '/usr/lib/postgresql/*/bin/postgres' },
  { name: 'chromium', program: 'chromium' },
  { name: 'tmux', program: 'tmux' },
  { name: 'strace', program: 'strace' },
  { name: 'git', program: 'git' },
];

/** Returns when every program is there; throws `Stop` that names the missing ones and the command to install them. */
export function ensureSystemPackages(env: NodeJS.ProcessEnv): void {
  const missing = needed.filter((one) => !isThere(one.program, env));
  if (missing.length === 0) return;

  const names = missing.map((one) => one.name);
  const prefix = rootPrefix(env);
  if (prefix === null || !isThere('apt-get', env)) throw missingPrograms(names);
  say(`installing system packages: ${names.join(', ')} (a minute or two) …`);
  aptGet(prefix, ['update'], env);
  aptGet(prefix, ['install', '--yes', '--no-install-recommends', ...names], env);
  const stillMissing = missing.filter((one) => !isThere(one.program, env)).map((one) => one.name);
  if (stillMissing.length > 0) throw missingPrograms(stillMissing);
}

function missingPrograms(names: readonly string[]): Stop {
  return new Stop(
    `the tests need programs that are not here: ${names.join(', ')}. ` +
      `On Debian or Ubuntu: sudo apt-get install ${names.join(' ')}`,
  );
}

function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  if (program.includes('*')) return globSync(program).length > 0;
  return (env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How to run a command as root: nothing before it, `sudo -n`, or null when that is not allowed. */
function rootPrefix(env: NodeJS.ProcessEnv): readonly string[] | null {
  if (process.getuid?.() === 0) return [];
  const mayUseSudo = isThere('sudo', env) && spawnSync('sudo', ['-n', 'true']).status === 0;
  return mayUseSudo ? ['sudo', '-n'] : null;
}

function aptGet(prefix: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): void {
  // Runlevel 1 keeps Debian from starting the servers it installs; the tests start their own.
  const settings = ['DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
  const [command = 'env', ...rest] = [...prefix, 'env', ...settings, 'apt-get', '-qq', ...args];
  const result = spawnSync(command, rest, { env, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) throw new Stop(`apt-get ${args[0]} failed; its own message is above.`);
}
