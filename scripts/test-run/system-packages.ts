// Programs the tests run against that npm cannot bring: installed with apt-get where that is allowed.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stop, say } from '../launcher/say.mjs';

export interface SystemPackage {
  /** Name of the Debian package. */
  readonly name: string;
  /** Program that shows it is there: on PATH, or at a path, also one with `*` (Debian keeps servers off PATH). */
  readonly program: string;
}

export const testPackages: readonly SystemPackage[] = [
  { name: 'redis-server', program: 'redis-server' },
  { name: 'postgresql', program: '/usr/lib/postgresql/*/bin/postgres' },
  { name: 'chromium', program: 'chromium' },
  { name: 'tmux', program: 'tmux' },
  { name: 'strace', program: 'strace' },
  { name: 'git', program: 'git' },
  { name: 'openssl', program: 'openssl' },
  { name: 'nginx-light', program: '/usr/sbin/nginx' },
  { name: 'haproxy', program: '/usr/sbin/haproxy' },
  { name: 'unzip', program: 'unzip' },
  { name: 'shellcheck', program: 'shellcheck' },
  { name: 'debian-archive-keyring', program: '/usr/share/keyrings/debian-archive-keyring.gpg' },
];

/**
 * Returns when every program is there; throws `Stop` that names the missing ones and the command to install them.
 * `userId` is the caller's, 0 for root.
 */
export function ensureSystemPackages(
  needed: readonly SystemPackage[],
  env: NodeJS.ProcessEnv,
  userId: number | undefined,
): void {
  const missing = namesMissing(needed, env);
  if (missing.length === 0) return;

  const prefix = rootPrefix(env, userId);
  if (prefix === null || !isThere('apt-get', env)) throw missingPrograms(missing);
  say(`installing system packages: ${missing.join(', ')} (a minute or two) …`);
  aptGet(prefix, ['update'], env);
  aptGet(prefix, ['install', '--yes', '--no-install-recommends', ...missing], env);
  const stillMissing = namesMissing(needed, env);
  if (stillMissing.length > 0) throw missingPrograms(stillMissing);
}

function namesMissing(needed: readonly SystemPackage[], env: NodeJS.ProcessEnv): string[] {
  return needed.filter((one) => !isThere(one.program, env)).map((one) => one.name);
}

function missingPrograms(names: readonly string[]): Stop {
  return new Stop(
    `the tests need programs that are not here: ${names.join(', ')}. ` +
      `On Debian or Ubuntu: sudo apt-get install ${names.join(' ')}`,
  );
}

function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  if (program.includes('/')) return globSync(program).length > 0;
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
function rootPrefix(env: NodeJS.ProcessEnv, userId: number | undefined): readonly string[] | null {
  if (userId === 0) return [];
  const mayUseSudo = isThere('sudo', env) && spawnSync('sudo', ['-n', 'true'], { env }).status === 0;
  return mayUseSudo ? ['sudo', '-n'] : null;
}

function aptGet(prefix: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): void {
  // Runlevel 1 keeps Debian from starting the servers it installs; the tests start their own.
  const settings = ['DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
  const [command = 'env', ...rest] = [...prefix, 'env', ...settings, 'apt-get', '-qq', ...args];
  const result = spawnSync(command, rest, { env, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) throw new Stop(`apt-get ${args[0]} failed; its own message is above.`);
}
